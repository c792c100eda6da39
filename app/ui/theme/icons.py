"""Pictures by name, size, colour and pixel ratio, rendered once and kept."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap, QTransform
from PySide6.QtSvg import QSvgRenderer

from app.ui.theme.resources import resource_path
from app.ui.theme.tokens import DISABLED_ALPHA

TURN_FRAMES: Final = 36
"""Pictures in one turn: 1200 ms at 30 Hz."""

DIRECTED: Final = frozenset(
    {
        "arrow-left",
        "arrow-right",
        "arrow-up-right",
        "chevron-left",
        "chevron-right",
        "external-link",
        "list",
        "list-checks",
        "list-filter",
        "list-ordered",
        "list-todo",
        "log-out",
        "panel-left",
        "panel-right",
        "redo-2",
        "reply",
        "send",
        "undo-2",
    }
)
"""Icons that point along the line of reading, so they are mirrored right to left."""


def stroke_width(size: int) -> float:
    """The stroke of an icon drawn at `size` px, in the icon's own 24 units."""
    if size <= 14:
        return 2.1
    return 1.9 if size <= 20 else 1.8


@lru_cache(maxsize=256)
def _source(name: str) -> str:
    return resource_path("icons", "lucide", f"{name}.svg").read_text(encoding="utf-8")


def blank_pixmap(width: float, height: float, dpr: float) -> QPixmap:
    """A transparent picture of a size in device-independent px."""
    result = QPixmap(max(1, round(width * dpr)), max(1, round(height * dpr)))
    result.setDevicePixelRatio(dpr)
    result.fill(Qt.GlobalColor.transparent)
    return result


@lru_cache(maxsize=2048)
def icon_pixmap(name: str, size: int, colour: str, dpr: float = 1.0, mirrored: bool = False) -> QPixmap:
    """A Lucide icon at `size` px in `colour` ("#RRGGBB").

    `mirrored` is the reading direction; only icons that point along it change. Raises FileNotFoundError for an
    unknown name.
    """
    text = _source(name).replace("currentColor", colour)
    text = text.replace('stroke-width="2"', f'stroke-width="{stroke_width(size)}"', 1)
    result = blank_pixmap(size, size, dpr)
    painter = QPainter(result)
    QSvgRenderer(QByteArray(text.encode("utf-8"))).render(painter, QRectF(0, 0, size, size))
    painter.end()
    if mirrored and name in DIRECTED:
        result = result.transformed(QTransform(-1, 0, 0, 1, 0, 0))
        result.setDevicePixelRatio(dpr)
    return result


@lru_cache(maxsize=512)
def turning_pixmap(name: str, size: int, colour: str, dpr: float, frame: int) -> QPixmap:
    """One of the `TURN_FRAMES` pictures of an icon that turns clockwise about its centre."""
    place = frame % TURN_FRAMES
    still = icon_pixmap(name, size, colour, dpr)
    if place == 0:
        return still
    result = blank_pixmap(size, size, dpr)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(size / 2, size / 2)
    painter.rotate(360.0 * place / TURN_FRAMES)
    painter.drawPixmap(QRectF(-size / 2, -size / 2, size, size), still, QRectF(still.rect()))
    painter.end()
    return result


@lru_cache(maxsize=256)
def icon(name: str, size: int, colour: str, mirrored: bool = False) -> QIcon:
    """The same as a QIcon for menus and system controls, with a faded picture for the disabled state."""
    result = QIcon()
    for dpr in (1.0, 2.0):
        normal = icon_pixmap(name, size, colour, dpr, mirrored)
        result.addPixmap(normal, QIcon.Mode.Normal)
        result.addPixmap(_faded(normal), QIcon.Mode.Disabled)
    return result


def _faded(source: QPixmap) -> QPixmap:
    dpr = source.devicePixelRatio()
    result = blank_pixmap(source.width() / dpr, source.height() / dpr, dpr)
    painter = QPainter(result)
    painter.setOpacity(DISABLED_ALPHA)
    painter.drawPixmap(0, 0, source)
    painter.end()
    return result


@lru_cache(maxsize=64)
def app_icon(name: str = "app-icon") -> QIcon:
    """An icon of the program itself, such as "app-icon"; below 48 px its simpler drawing is used.

    Raises FileNotFoundError for an unknown name.
    """
    result = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        result.addPixmap(_app_pixmap(name, size, size < 48))
    return result


@lru_cache(maxsize=64)
def tray_icon(link: str, unread: bool, dark_panel: bool) -> QIcon:
    """The tray's icon for a link state ("connected", "connecting" or "offline").

    The panel's colour decides light or dark, not the theme. Below 32 px the simpler drawing is used.
    """
    name = f"tray-{link}{'-unread' if unread else ''}-{'dark' if dark_panel else 'light'}panel"
    result = QIcon()
    for size in (16, 22, 24, 32, 48, 64):
        result.addPixmap(_app_pixmap(name, size, size < 32))
    return result


@lru_cache(maxsize=256)
def app_pixmap(name: str, size: int, dpr: float = 1.0) -> QPixmap:
    """A drawing of the program (icon or mark) at `size` px."""
    return _app_pixmap(name, size, size < 48, dpr)


def _app_pixmap(name: str, size: int, small: bool, dpr: float = 1.0) -> QPixmap:
    path = resource_path("icons", "app", f"{name}-small.svg" if small else f"{name}.svg")
    if small and not path.is_file():
        path = resource_path("icons", "app", f"{name}.svg")
    if not path.is_file():
        raise FileNotFoundError(f"no drawing called {name}")
    result = blank_pixmap(size, size, dpr)
    painter = QPainter(result)
    renderer = QSvgRenderer(str(path))
    box = renderer.viewBoxF()
    scale = size / max(box.width(), box.height())
    width, height = box.width() * scale, box.height() * scale
    renderer.render(painter, QRectF((size - width) / 2, (size - height) / 2, width, height))
    painter.end()
    return result
