"""The theme dresses the application and finds its pictures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QFontInfo, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

import app.ui
from app.ui.theme import icons
from app.ui.theme.glyphs import STATUSES
from app.ui.theme.resources import resource_path, resource_root
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import TYPE

UI = Path(app.ui.__file__).parent
LUCIDE = sorted(path.stem for path in resource_path("icons", "lucide").glob("*.svg"))


def picture(pixmap: QPixmap) -> bytes:
    image = pixmap.toImage()
    return bytes(image.constBits())


@pytest.mark.parametrize("name", LUCIDE)
def test_every_icon_draws_something(theme: Theme, name: str) -> None:
    image = theme.pixmap(name, 16, theme.tokens.text, 1.0).toImage()
    assert any(image.pixelColor(x, y).alpha() for x in range(16) for y in range(16))


def test_every_icon_named_in_the_code_is_shipped() -> None:
    named = set()
    for path in UI.rglob("*.py"):
        named |= set(re.findall(r'\b(?:pixmap|icon_pixmap|turning_pixmap)\(\s*"([a-z0-9-]+)"', path.read_text("utf-8")))
        named |= set(re.findall(r'icon="([a-z0-9-]+)"', path.read_text("utf-8")))
    assert len(named) > 10
    assert named - set(LUCIDE) == set()


def test_what_is_shipped_has_its_licence_beside_it() -> None:
    assert "ISC" in resource_path("icons", "lucide", "LICENSE").read_text("utf-8")
    assert "Open Font License" in resource_path("fonts", "Inter-LICENSE.txt").read_text("utf-8")


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        icons.icon_pixmap("no-such-icon", 16, "#000000")


def test_the_letters_are_inter_in_every_style(theme: Theme) -> None:
    for style in TYPE:
        if not style.startswith("mono"):
            assert QFontInfo(theme.font(style)).family() == "Inter", style
            assert theme.font(style).pixelSize() == TYPE[style].size


def test_the_three_weights_are_three_files(theme: Theme) -> None:
    widths = {theme.letters(style).horizontalAdvance("Handgloves") for style in ("body", "body-medium", "body-strong")}
    assert len(widths) == 3


def test_figures_in_columns_have_one_width(theme: Theme) -> None:
    letters = theme.letters("body", True)
    assert letters.horizontalAdvance("1111") == pytest.approx(letters.horizontalAdvance("8888"))


def test_choosing_dark_repaints_everything_and_says_so_once(theme: Theme, qapp: QApplication) -> None:
    told: list[str] = []
    theme.changed.connect(lambda: told.append(theme.tokens.name))
    theme.choose("dark")
    assert told == ["dark"]
    assert qapp.palette().window().color().name().upper() == theme.tokens.window
    assert theme.tokens.surface in qapp.styleSheet()


def test_the_six_statuses_differ_by_shape_alone(theme: Theme) -> None:
    shapes = set()
    for status in STATUSES:
        image = theme.status(status, 16, 2.0).toImage()
        shapes.add(tuple(image.pixelColor(x, y).alpha() > 127 for x in range(32) for y in range(32)))
    # "done" and "cancelled" are both discs: the sign in them is drawn in the ground's colour
    assert len(shapes) >= 5
    done, cancelled = theme.status("done", 16, 2.0), theme.status("cancelled", 16, 2.0)
    assert signs(done, theme) != signs(cancelled, theme)


def signs(pixmap: QPixmap, theme: Theme) -> tuple[bool, ...]:
    image = pixmap.toImage()
    light = theme.colour(theme.tokens.surface).lightness()
    return tuple(abs(image.pixelColor(x, y).lightness() - light) < 40 for x in range(8, 24) for y in range(8, 24))


def test_the_five_priorities_look_different(theme: Theme) -> None:
    assert len({picture(theme.priority(number, 16, 1.0)) for number in range(5)}) == 5


@pytest.mark.parametrize("link", ["connected", "connecting", "offline"])
@pytest.mark.parametrize("unread", [False, True])
@pytest.mark.parametrize("dark_panel", [False, True])
def test_the_tray_has_an_icon_for_every_state(theme: Theme, link: str, unread: bool, dark_panel: bool) -> None:
    sizes = icons.tray_icon(link, unread, dark_panel).availableSizes()
    assert {(size.width(), size.height()) for size in sizes} >= {(16, 16), (22, 22), (32, 32), (64, 64)}


def test_no_colour_is_written_outside_the_tokens() -> None:
    for path in UI.rglob("*.py"):
        if path.name != "tokens.py":
            found = re.findall(r'"#[0-9A-Fa-f]{6}"|:\s*#[0-9A-Fa-f]{6}', path.read_text("utf-8"))
            assert not found, f"{path.name}: {found}"


def test_directed_icons_are_mirrored_and_others_are_not(theme: Theme) -> None:
    ink = theme.tokens.text
    assert picture(icons.icon_pixmap("reply", 16, ink)) != picture(icons.icon_pixmap("reply", 16, ink, 1.0, True))
    assert picture(icons.icon_pixmap("check", 16, ink)) == picture(icons.icon_pixmap("check", 16, ink, 1.0, True))


def is_running(theme: Theme) -> bool:
    return theme.ticker.running


def test_nothing_turns_while_nothing_that_turns_is_seen(moving_theme: Theme) -> None:
    ticker = moving_theme.ticker
    widget = QWidget()
    ticks: list[int] = []
    ticker.attach(widget, lambda: ticks.append(1))
    ticker._tick()
    assert not ticks
    assert not is_running(moving_theme)
    widget.show()
    assert is_running(moving_theme)
    ticker._tick()
    assert ticks == [1]
    ticker.detach(widget)
    assert not is_running(moving_theme)


def test_with_less_motion_nothing_turns_at_all(theme: Theme) -> None:
    widget = QWidget()
    widget.show()
    theme.ticker.attach(widget, widget.update)
    assert not theme.ticker.running
    assert theme.ticker.frame == 0
    theme.ticker.detach(widget)


def test_the_resources_are_found_beside_the_package() -> None:
    assert (resource_root() / "fonts" / "Inter-Regular.ttf").is_file()
