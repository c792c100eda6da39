"""Where profiles are when nobody says otherwise."""

import os
from pathlib import Path

import platformdirs

HOME = "ETAL_HOME"
"""Environment variable: everything of this program is kept in this folder (tests, portable use)."""


def default_profile_root() -> Path:
    """The folder that holds one folder a profile; it need not exist yet."""
    home = os.environ.get(HOME)
    root = Path(home).expanduser().absolute() if home else platformdirs.user_data_path("etal", appauthor=False)
    return root / "profiles"
