"""What a window remembers: its place on the screen, the theme, the project that was open."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from PySide6.QtCore import QByteArray, QSettings

ThemeChoice = Literal["system", "light", "dark"]
THEMES: tuple[ThemeChoice, ...] = ("system", "light", "dark")
TEXTS_MOST = 200


class WindowSettings:
    """Typed values in an INI file; what cannot be read counts as never set. Written by Qt, at the latest at the end."""

    def __init__(self, path: Path) -> None:
        self._store = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def theme(self) -> ThemeChoice:
        """Follow the system, light or dark."""
        found = self._store.value("theme", "system")
        return found if found in THEMES else "system"

    @theme.setter
    def theme(self, choice: ThemeChoice) -> None:
        self._store.setValue("theme", choice)

    @property
    def geometry(self) -> QByteArray | None:
        """Place and size as Qt saved them, or None."""
        found = self._store.value("geometry")
        return found if isinstance(found, QByteArray) and not found.isEmpty() else None

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._store.setValue("geometry", geometry)

    @property
    def project(self) -> str:
        """The id of the project shown last, or ""."""
        return self._text("project")

    @project.setter
    def project(self, item: str) -> None:
        self._store.setValue("project", item)

    @property
    def seen(self) -> tuple[str, str]:
        """The names of workspace and project shown last: what is painted before the cache is open."""
        return self._text("workspace_name"), self._text("project_name")

    @seen.setter
    def seen(self, names: tuple[str, str]) -> None:
        self._store.setValue("workspace_name", names[0][:TEXTS_MOST])
        self._store.setValue("project_name", names[1][:TEXTS_MOST])

    @property
    def tray_told(self) -> bool:
        """Whether it was said once that closing the window leaves the program in the tray."""
        return self._text("tray_told") == "true"

    @tray_told.setter
    def tray_told(self, told: bool) -> None:
        self._store.setValue("tray_told", "true" if told else "false")

    def collapsed(self, project: str) -> set[str]:
        """The groups of a project that are folded."""
        found = self._store.value(f"collapsed/{project}", [])
        names = [found] if isinstance(found, str) else found
        return {str(name) for name in names if name} if isinstance(names, list) else set()

    def set_collapsed(self, project: str, groups: set[str]) -> None:
        """Remember the folded groups of a project."""
        self._store.setValue(f"collapsed/{project}", sorted(groups))

    def save(self) -> None:
        """Write now."""
        self._store.sync()

    def _text(self, name: str) -> str:
        found = self._store.value(name, "")
        return found[:TEXTS_MOST] if isinstance(found, str) else ""
