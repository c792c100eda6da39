"""Where the icons, fonts and other files shipped with the product lie."""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def resource_root() -> Path:
    """The folder of shipped files: in a frozen program, in an installed package, or in a checkout.

    Raises FileNotFoundError when none of the three is there: the installation is damaged.
    """
    package = Path(__file__).resolve().parents[2]
    places = [package / "resources", package.parent / "resources"]
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        places.insert(0, Path(frozen) / "resources")
    for place in places:
        if (place / "icons").is_dir():
            return place
    raise FileNotFoundError(f"the shipped files are missing; looked in {', '.join(map(str, places))}")


def resource_path(*parts: str) -> Path:
    """The path of one shipped file, for example ``resource_path("fonts", "Inter-Regular.ttf")``."""
    return resource_root().joinpath(*parts)
