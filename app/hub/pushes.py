"""Changes on their way to a commit: what a push may hold, its acknowledgement, and what a failed disk does to it."""

from collections.abc import Iterable, Iterator

import msgspec

from app.hub.events import Commit, CommitFailed, Effect, Send
from app.hub.facts import Committed, Submission
from app.hub.peer import Peer, Violation
from app.model.change import Change, Result, decode_change
from app.protocol.codec import encode
from app.protocol.limits import CHANGE_BYTES_MAX, CHANGES_PER_PUSH_MAX
from app.protocol.messages import Ack, Push

HELD_MAX = 10_000
"""Changes of a connection that are waited for; an honest one has far fewer out at once."""
RESULTS_PER_ACK_MAX = 2_000
SENTENCES = {
    "disk_full": "The server is full. Your changes wait here.",
    "storage": "The server's disk reported an error. Your changes wait here.",
    "too_large": "This change is too large to be sent.",
}


def push(peer: Peer, message: Push, now: float) -> Iterator[Effect]:
    """Wishes a commit of the changes in order. Raises Violation for what is no change at all."""
    if not 1 <= len(message.changes) <= CHANGES_PER_PUSH_MAX:
        raise Violation("bad_request")
    submissions: list[Submission] = []
    refused: list[Result] = []
    for sent in message.changes:
        change = _decoded(sent)
        code = "too_large" if len(sent) > CHANGE_BYTES_MAX else _held(peer, change.n)
        if code:
            refused += _refusals(change, code)
        else:
            submissions.append(Submission(peer.identity.id, sent, peer.offset, peer.conn, peer.failures))
    if submissions:
        peer.uncommitted += len(submissions)
        yield Commit(submissions)
    if refused:
        yield from acknowledge(peer, refused)


def acknowledge(peer: Peer, results: list[Result], unknown: list[int] | None = None) -> Iterator[Effect]:
    """Says what became of changes, and which numbers in doubt never arrived."""
    unknown = unknown or []
    for start in range(0, max(len(results), len(unknown)), RESULTS_PER_ACK_MAX):
        end = start + RESULTS_PER_ACK_MAX
        yield Send([peer.conn], encode(Ack(results[start:end], unknown[start:end])))


def committed(peers: dict[str, Peer], done: Committed, now: float) -> Iterator[Effect]:
    """Acknowledges a durable batch to those who sent it."""
    by_peer: dict[str, list[Result]] = {}
    for tag, results in done.results:
        peer = peers.get(tag)
        if peer is not None:
            peer.uncommitted -= 1
            peer.heard = now
            by_peer.setdefault(tag, []).extend(results)
    for tag, results in by_peer.items():
        if peers[tag].in_session:
            yield from acknowledge(peers[tag], results)


def failed(peers: dict[str, Peer], event: CommitFailed, now: float) -> Iterator[Effect]:
    """Nothing was kept: everything may be sent again, and nothing that came after may overtake it.

    A change that stands on one that failed would be refused for good; so later ones of the same connection are refused
    for now until the first of the failed comes again.
    """
    by_peer: dict[str, list[Result]] = {}
    for tag in {submission.tag for submission in event.submissions} & peers.keys():
        peers[tag].failures += 1
    for submission in event.submissions:
        peer = peers.get(submission.tag)
        if peer is None:
            continue
        peer.uncommitted -= 1
        peer.heard = now
        change = _decoded(submission.sent)
        peer.held[change.n] = event.code
        by_peer.setdefault(submission.tag, []).extend(_refusals(change, event.code))
    for tag, results in by_peer.items():
        if peers[tag].in_session:
            yield from acknowledge(peers[tag], results)


def channels(submissions: Iterable[Submission]) -> set[str]:
    """The channels that these changes are for."""
    return {_decoded(submission.sent).ch for submission in submissions}


def _held(peer: Peer, n: int) -> str:
    """The code by which a change is refused for now, or ''.

    Nothing may overtake what was refused for now, for it may stand on it; but what was refused for now itself and comes
    again may go: whatever of those before it has not come again by then was given up.
    """
    if n in peer.held:
        for one in [one for one in peer.held if one <= n]:
            del peer.held[one]
        return ""
    code = next((code for first, code in peer.held.items() if first < n), "")
    if code and len(peer.held) < HELD_MAX:
        peer.held[n] = code
    return code


def _refusals(change: Change, code: str) -> list[Result]:
    retryable = code != "too_large"
    return [Result(n, "refused", code=code, text=SENTENCES[code], retryable=retryable) for n in change.numbers]


def _decoded(sent: bytes) -> Change:
    try:
        return decode_change(sent)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError):
        raise Violation("bad_request") from None
