"""The workspace's menu: people, look, connection, and the way out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QWidget

from app.ui.actions import Actions
from app.ui.settings import THEMES, ThemeChoice, WindowSettings
from app.ui.strings import plain_action, tr
from app.ui.theme.theme import Theme
from app.ui.widgets.menu import Menu


def make_menu(
    theme: Theme, actions: Actions, settings: WindowSettings, sign_out: Callable[[], object], parent: QWidget
) -> Menu:
    """A menu that ends when it closes."""
    menu = Menu(theme, parent=parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.add_action(actions["invite"], "user-plus")
    menu.add_action(actions["new_project"], "folder")
    menu.addSeparator()
    _add_looks(menu, theme, settings)
    menu.add_action(actions["shortcuts"], "keyboard")
    menu.addSeparator()
    menu.add_action(actions["pending"], "clock")
    menu.add_action(actions["pause"], "wifi-off")
    menu.addSeparator()
    menu.add(tr("Sign out…"), sign_out, "log-out")
    menu.add_action(actions["quit"], "x")
    return menu


def _add_looks(menu: Menu, theme: Theme, settings: WindowSettings) -> None:
    words: dict[ThemeChoice, str] = {"system": tr("As the system"), "light": tr("Light"), "dark": tr("Dark")}
    looks = menu.add_menu(tr("Look"), "palette")
    group = QActionGroup(looks)
    for choice in THEMES:
        action = QAction(plain_action(words[choice]), looks)
        action.setCheckable(True)
        action.setChecked(theme.choice == choice)
        action.triggered.connect(_chooser(theme, settings, choice))
        group.addAction(action)
        looks.add_action(action)


def _chooser(theme: Theme, settings: WindowSettings, choice: ThemeChoice) -> Callable[[], None]:
    def choose() -> None:
        settings.theme = choice
        theme.choose(choice)

    return choose
