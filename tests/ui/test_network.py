"""The system's hint that the network returned leads to one try, and only then."""

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QNetworkInformation
from PySide6.QtWidgets import QApplication

from app.ui.network import NetworkWatch

Reachability = QNetworkInformation.Reachability


def test_a_returning_network_is_told_once_and_a_lost_one_is_not(qapp: QApplication) -> None:
    watch = NetworkWatch(QObject(qapp))
    told: list[None] = []
    watch.returned.connect(lambda: told.append(None))
    watch.see(Reachability.Online)
    watch.see(Reachability.Disconnected)
    assert told == []
    watch.see(Reachability.Local)
    watch.see(Reachability.Online)
    assert len(told) == 1
