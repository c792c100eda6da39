"""One program a profile folder: a second start hands its link to the first, which raises its window."""

from __future__ import annotations

import getpass
import hashlib
import os
import stat
import tempfile
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

CONNECT_MS: Final = 500
ANSWER_MS: Final = 3000
LINE_BYTES_MAX: Final = 4096
"""More than any link and the end of its line."""
ANSWER: Final = b"ok\n"


class InstanceUnreachable(Exception):
    """The first program holds the place but does not answer, or no safe place can be made; the text says which."""


def is_link(text: str) -> bool:
    """Whether a text is an invite or a link to an item, by their strict grammar."""
    from app.client.links import parse_invite, parse_item_link
    from app.model.change import Refusal

    for parse in (parse_invite, parse_item_link):
        try:
            parse(text)
        except Refusal:
            continue
        return True
    return False


def link_item(text: str) -> str | None:
    """The item that a link names; None for an invite or anything else."""
    from app.client.links import parse_item_link
    from app.model.change import Refusal

    try:
        return parse_item_link(text).item
    except Refusal:
        return None


def place(profiles: Path) -> str:
    """The name of the socket for a profile folder: in a folder of this user alone, with user and folder in it."""
    digest = hashlib.sha256(os.fsencode(str(profiles))).hexdigest()[:16]
    if os.name == "nt":
        return f"etal-{getpass.getuser()}-{digest}"
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    base = Path(runtime) if runtime and Path(runtime).is_dir() else Path(tempfile.gettempdir())
    folder = base / f"etal-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise InstanceUnreachable(f"{folder} does not belong to you alone.")
    return str(folder / f"{digest}.socket")


def hand_over(name: str, link: str) -> bool:
    """Ask the program that is running to raise its window and open `link` ("" for none).

    False when nobody runs. Blocks for at most 3.5 s; call it before the loop. Raises InstanceUnreachable when the
    first program does not answer.
    """
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(CONNECT_MS):
        return False
    socket.write(f"{link}\n".encode())
    socket.flush()
    answered = socket.waitForReadyRead(ANSWER_MS) and bytes(socket.readAll().data()) == ANSWER
    socket.abort()
    if not answered:
        raise InstanceUnreachable("Et'al is open already, but does not answer. Wait a moment and try again.")
    return True


class Instance(QObject):
    """Holds the place of the first program. `asked(link)` comes when another start hands over, "" without a link."""

    asked = Signal(str)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._welcome)

    def listen(self) -> bool:
        """Take the place; what a crashed program left there is removed first. False when it cannot be taken."""
        QLocalServer.removeServer(self._name)
        return self._server.listen(self._name)

    def close(self) -> None:
        """Leave the place."""
        self._server.close()

    def _welcome(self) -> None:
        while self._server.hasPendingConnections():
            socket = self._server.nextPendingConnection()
            socket.setParent(self)
            socket.readyRead.connect(partial(self._read, socket))
            socket.disconnected.connect(socket.deleteLater)
            self._read(socket)  # it may have spoken before anybody listened

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > LINE_BYTES_MAX:
                socket.abort()
            return
        line = bytes(socket.readLine(LINE_BYTES_MAX).data()).decode("utf-8", "replace").rstrip("\n")
        if line and not is_link(line):
            socket.abort()
            return
        socket.write(ANSWER)
        socket.flush()
        self.asked.emit(line)
