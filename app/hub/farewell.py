"""Why a connection ends: stable codes, the sentences said in Bye, and WebSocket close codes."""

from collections.abc import Iterator

from app.hub.events import CloseConnection, Effect, Send
from app.hub.peer import Peer, Phase
from app.protocol.codec import encode
from app.protocol.messages import Bye

REASONS: dict[str, tuple[int, str]] = {
    "bad_request": (1008, "This message does not belong here."),
    "version": (1000, "This program and the server speak no common version."),
    "signed_out": (1000, "This device is signed out."),
    "replaced": (1000, "This device connected anew."),
    "too_many_messages": (1008, "Too many messages at once."),
    "too_slow": (1001, "Nothing was said in time."),
    "silent": (1001, "Nothing was heard for too long."),
    "storage": (1011, "The server cannot read its database at the moment."),
    "restart": (1012, "The server restarts."),
}
STORAGE_RETRY_S = 1.0


def farewell(peer: Peer, code: str, retry_after: float = 0.0) -> Iterator[Effect]:
    """Says why and closes. `code` is one of REASONS."""
    close_code, sentence = REASONS[code]
    peer.phase = Phase.ENDED
    if code == "storage":
        retry_after = STORAGE_RETRY_S
    yield Send([peer.conn], encode(Bye(sentence, code, retry_after)))
    yield CloseConnection(peer.conn, close_code, code)
