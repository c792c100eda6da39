"""Opens the app, or an empty Qt window, and says when it was painted, and when tasks were."""

import json
import sys
from time import perf_counter

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

SIZE = (1440, 900)


class FirstPaint(QObject):
    """Prints the moments, by the monotonic clock, when the first frame and the first tasks were on the screen."""

    def __init__(self, application: QApplication, wants_rows: bool) -> None:
        super().__init__(application)
        self._application = application
        self._wants_rows = wants_rows
        self._painted = False
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            if not self._painted:
                self._painted = True
                QTimer.singleShot(0, lambda: self._say("painted"))  # the frame is flushed when the loop goes on
            if self._wants_rows and self._shows_rows(watched):
                self._wants_rows = False
                QTimer.singleShot(0, lambda: self._say("rows"))
        return False

    def _shows_rows(self, watched: QObject) -> bool:
        view = watched.parent()
        model = getattr(view, "model", None)
        found = model() if type(view).__name__ == "TasksView" and model is not None else None
        return found is not None and found.rowCount() > 0

    def _say(self, what: str) -> None:
        print(json.dumps([what, perf_counter()]), flush=True)
        if what == "rows":
            self._application.removeEventFilter(self)


def empty() -> int:
    """A window with nothing in it."""
    application = QApplication(sys.argv[:1])
    FirstPaint(application, wants_rows=False)
    window = QMainWindow()
    window.resize(*SIZE)
    window.show()
    return application.exec()


def app(profiles: str) -> int:
    """The app as the command line opens it."""
    import app.cli
    import app.ui.application as room

    make = room.make_qt

    def watched() -> QApplication:
        application = make()
        FirstPaint(application, wants_rows=True)
        return application

    setattr(room, "make_qt", watched)  # noqa: B010 - the only place where the one QApplication can be seen early
    return app.cli.main(["--profiles", profiles])


if __name__ == "__main__":
    sys.exit(app(sys.argv[1]) if len(sys.argv) > 1 else empty())
