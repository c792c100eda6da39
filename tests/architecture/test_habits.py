"""The window never runs a loop inside the loop, and everything it shows can be translated."""

from pathlib import Path

import pytest

from tests.architecture.habits import offences
from tests.architecture.sources import label, python_files


@pytest.mark.parametrize("path", python_files("app/ui"), ids=label)
def test_the_window_keeps_its_habits(path: Path) -> None:
    assert offences(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "dialog.exec()",
        "menu.exec_(point)",
        "QApplication.processEvents()",
        "QMessageBox.question(self, tr('Sure?'))",
        "view.setHtml(text)",
        "from PySide6.QtCore import QSortFilterProxyModel",
        "model = QtCore.QSortFilterProxyModel()",
        "label.setText('Offline')",
        "label.setText(f'{count} pending')",
        "label.setText(tr('a') if on else 'Offline')",
        "label.setToolTip('{} people'.format(count))",
        "button = QPushButton('Send', self)",
        "menu.addAction(icon, 'Quit')",
        "button.setAccessibleName(name or 'Close')",
        "window.setWindowTitle('Et ' + name)",
    ],
)
def test_a_bad_habit_is_noticed(source: str) -> None:
    assert len(offences(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "dialog.open()",
        "menu.popup(point)",
        "label.setText(tr('Offline'))",
        "label.setText(self.tr('Offline'))",
        "label.setText(title)",
        "label.setText(f'{count} %')",
        "label.setText('…')",
        "button.setObjectName('send')",
        "label.setText(names['open'])",
    ],
)
def test_a_good_habit_is_left_alone(source: str) -> None:
    assert offences(source) == []
