"""The system's word that a network is there again: a hint to try at once, never a reason to call anything offline."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QNetworkInformation


class NetworkWatch(QObject):
    """Emits `returned` when the machine becomes reachable after it was not. Silent where the system cannot tell."""

    returned = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        QNetworkInformation.loadDefaultBackend()
        information = QNetworkInformation.instance()
        self._online = True
        if information is not None:
            information.reachabilityChanged.connect(self.see)

    def see(self, reachability: QNetworkInformation.Reachability) -> None:
        """The reachability is now this."""
        was, self._online = self._online, reachability is not QNetworkInformation.Reachability.Disconnected
        if self._online and not was:
            self.returned.emit()
