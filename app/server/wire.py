"""One WebSocket as the library serves it, with bounds of our own: slow frames, floods of control frames."""

import asyncio
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.frames import Frame, Opcode

from app.protocol.limits import FRAME_WAIT_S

CONTROL_PER_S_MAX = 20
"""Pings and pongs of the WebSocket protocol, which our clients do not use: each is answered without back-pressure."""


class Wire(ServerConnection):
    """Cuts a connection whose message takes longer than FRAME_WAIT_S from its first byte, or that floods pings."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_inside = False
        self._is_fragmented = False
        self._deadline: asyncio.TimerHandle | None = None
        self._controls = 0
        self._second = 0

    def data_received(self, data: bytes) -> None:
        """Bytes came: until they make a whole message, the time runs."""
        self._is_inside = True
        super().data_received(data)
        if self._is_inside and self._deadline is None:
            self._deadline = self.loop.call_later(FRAME_WAIT_S, self._overdue)

    def process_event(self, event: Any) -> None:
        """A frame is whole."""
        super().process_event(event)
        if isinstance(event, Frame):
            if event.opcode in (Opcode.PING, Opcode.PONG):
                self._count_control()
            else:
                self._is_fragmented = not event.fin
        if not self._is_fragmented:
            self._is_inside = False
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        super().connection_lost(exc)

    def _overdue(self) -> None:
        if self.recv_messages.paused:  # it is we who do not read
            self._deadline = self.loop.call_later(FRAME_WAIT_S, self._overdue)
        else:
            self.transport.abort()

    def _count_control(self) -> None:
        second = int(self.loop.time())
        if second != self._second:
            self._second, self._controls = second, 0
        self._controls += 1
        if self._controls > CONTROL_PER_S_MAX:
            self.transport.abort()
