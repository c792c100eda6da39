"""The first frame waits for nothing: no engine, no database, no network, and nothing is begun before it is seen."""

import subprocess
import sys
from pathlib import Path

from app.ui.screens.opening import Opening
from app.ui.theme.theme import Theme

ROOT = Path(__file__).resolve().parents[2]
LATE = (
    "app.sync",
    "app.cache",
    "app.client.client",
    "sqlalchemy",
    "sqlmodel",
    "sqlcipher3",
    "websockets",
    "cryptography",
)
CODE = f"""
import sys, app.ui.application
print([name for name in {LATE} if name in sys.modules])
"""


def test_what_paints_the_first_frame_imports_neither_engine_nor_databases_nor_network() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_the_opening_page_is_seen_once_it_was_painted(theme: Theme) -> None:
    page = Opening(theme, ("Marketing", "Spring launch"))
    page.show()
    await page.seen()
    assert page.painted
    page.deleteLater()


async def test_a_page_that_nobody_can_see_is_not_waited_for(theme: Theme) -> None:
    page = Opening(theme, ("", ""))
    await page.seen()
    assert not page.painted
    page.deleteLater()
