"""The letters: Inter in three weights, by the name of a type style."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF

from app.ui.theme.resources import resource_path
from app.ui.theme.tokens import TYPE

FAMILY = "Inter"
FILES = ("Inter-Regular.ttf", "Inter-Medium.ttf", "Inter-SemiBold.ttf")


@lru_cache(maxsize=1)
def load_fonts() -> tuple[int, ...]:
    """Register the shipped fonts once and return Qt's ids of them.

    Needs a QGuiApplication. Raises OSError when a file cannot be read as a font.
    """
    ids = []
    for name in FILES:
        number = QFontDatabase.addApplicationFont(str(resource_path("fonts", name)))
        if number < 0:
            raise OSError(f"the font {name} could not be loaded")
        ids.append(number)
    return tuple(ids)


@lru_cache(maxsize=256)
def font(style: str, scale: float = 1.0, figures: bool = False) -> QFont:
    """The font of a type style (a key of `tokens.TYPE`); callers must not change it, copy it first.

    `scale` is the text size a person chose, 0.8 to 2.0. `figures` sets digits of equal width, for columns.
    Raises KeyError for an unknown style.
    """
    kind = TYPE[style]
    if style.startswith("mono"):
        result = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    else:
        load_fonts()
        result = QFont(FAMILY)
        result.setWeight(QFont.Weight(kind.weight))
    result.setPixelSize(max(8, round(kind.size * scale)))
    result.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if kind.spacing:
        result.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, kind.spacing * scale)
    if figures:
        result.setFeature(QFont.Tag("tnum"), 1)
    return result


@lru_cache(maxsize=256)
def metrics(style: str, scale: float = 1.0, figures: bool = False) -> QFontMetricsF:
    """Widths and heights of a type style's letters, measured once."""
    return QFontMetricsF(font(style, scale, figures))


def line_height(style: str, scale: float = 1.0) -> int:
    """The height of one line of a type style, in px."""
    return round(TYPE[style].line * scale)
