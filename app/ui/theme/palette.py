"""Qt's palette and cached colours, made from the tokens."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPalette, QPen

from app.ui.theme.tokens import DISABLED_ALPHA, Tokens


@lru_cache(maxsize=1024)
def colour(value: str, alpha: float = 1.0) -> QColor:
    """A token's value ("#RRGGBB") as Qt's colour; shared, so never change it."""
    result = QColor(value)
    result.setAlphaF(alpha)
    return result


@lru_cache(maxsize=1024)
def brush(value: str, alpha: float = 1.0) -> QBrush:
    """A flat fill of a token's value; shared, so never change it."""
    return QBrush(colour(value, alpha))


@lru_cache(maxsize=1024)
def pen(value: str, width: float = 1.0, alpha: float = 1.0) -> QPen:
    """A round-capped line of a token's value, `width` in px; shared, so never change it."""
    result = QPen(colour(value, alpha), width)
    result.setCapStyle(Qt.PenCapStyle.RoundCap)
    result.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return result


def mix(over: str, ground: str, alpha: float) -> str:
    """The opaque colour seen when `over` lies on `ground` at `alpha`, as "#RRGGBB"."""
    front, back = QColor(over), QColor(ground)
    parts = (
        round(f * alpha + b * (1.0 - alpha))
        for f, b in zip(
            (front.red(), front.green(), front.blue()), (back.red(), back.green(), back.blue()), strict=True
        )
    )
    return "#" + "".join(f"{part:02X}" for part in parts)


def build_palette(tokens: Tokens) -> QPalette:
    """The palette for what Qt draws itself: dialogs of the toolkit, selections, carets."""
    role = QPalette.ColorRole
    values = {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.inset,
        role.ToolTipBase: tokens.text,
        role.ToolTipText: tokens.surface,
        role.PlaceholderText: tokens.text3,
        role.Text: tokens.text,
        role.Button: tokens.surface,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.red,
        role.Light: tokens.raised,
        role.Midlight: tokens.hover,
        role.Mid: tokens.line,
        role.Dark: tokens.border_strong,
        role.Shadow: tokens.shadow,
        role.Highlight: tokens.selected,
        role.HighlightedText: tokens.text,
        role.Accent: tokens.accent,
        role.Link: tokens.accent_text,
        role.LinkVisited: tokens.accent_text,
    }
    result = QPalette()
    for key, value in values.items():
        result.setColor(key, colour(value))
    faded = colour(mix(tokens.text, tokens.surface, DISABLED_ALPHA))
    for key in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, key, faded)
    return result
