"""Starting a workspace on this computer: its name, and who you are."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.ui.screens.sign_in import AccountForm
from app.ui.strings import tr
from app.ui.theme.theme import Theme


class StartWorkspace(AccountForm):
    """Workspace, name, e-mail, password."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        text = tr("Et’al runs the server on this computer while it is open, and starts it again when you open it.")
        words = tr("Start a workspace"), text, tr("Start the workspace"), tr("Starting…")
        super().__init__(theme, *words, True, parent)
        self.form.add("workspace", tr("Name of the workspace"), tr("Harbour Studio"))
        self.form.add("name", tr("Your name"))
        self.form.add("email", tr("Email"))
        self.form.add_password(tr("Choose a password"), choosing=True)
        self.finish_layout()
