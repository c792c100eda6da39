"""What a store does, and the facts it gives; every store passes the same tests."""

from dataclasses import dataclass
from typing import Any, Protocol

from app.hub.commit import Head
from app.hub.facts import Committed as Committed
from app.hub.facts import Delta as Delta
from app.hub.facts import Device as Device
from app.hub.facts import SnapshotState as SnapshotState
from app.hub.facts import Submission as Submission
from app.model.change import Result
from app.model.roles import Actor


@dataclass(frozen=True)
class Account:
    """An account: id, e-mail as written, argon2 hash of the password."""

    user: str
    email: str
    password_hash: str
    role: str


@dataclass(frozen=True)
class Invite:
    """An invite, kept by the hash of its secret: role, uses left, end in Unix seconds."""

    secret_hash: bytes
    role: str
    uses_left: int
    until: float
    made_by: str


OUTCOMES_KEPT = 1_000
"""So many of a device's newest numbers keep their recorded outcomes, settled or not: a frame that comes late, or a
profile restored from a copy, still meets the hash of what it sent."""


class StoreFull(Exception):
    """The disk is full: the batch was not committed; the same changes may be sent again later."""


class StoreBroken(Exception):
    """The database reported an error: nothing of the batch counts as committed."""


class StoreTooNew(Exception):
    """The data directory was written by a newer version; it is left alone."""


class Store(Protocol):
    """The narrow interface. All methods block; the server calls them on worker threads, writes on one of them."""

    # -- log and state
    def commit(self, batch: list[Submission], now: float) -> Committed:
        """One transaction: each change is decided once (SYNC 16), by what is in it. Raises StoreFull, StoreBroken.

        A change whose id has a recorded outcome gets it again (same hash) or `id_reuse` (another hash).
        """
        ...

    def outcomes(self, device: str, doubts: list[tuple[int, bytes]]) -> tuple[list[Result], list[int]]:
        """Recorded results of (number, mark) in doubt, and the numbers that are unknown.

        Where the recorded hash does not begin with the mark, the result is refused with `id_reuse`.
        """
        ...

    def settle(self, device: str, below: int) -> None:
        """Forget recorded outcomes of a device below a number, but for the newest OUTCOMES_KEPT numbers.

        A change with a forgotten number is refused with `id_reuse`: an honest client does not send it.
        """
        ...

    def heads(self, actor: Actor) -> dict[str, Head]:
        """Heads of all channels that the actor may read (asks `may_read`)."""
        ...

    def may_read(self, actor: Actor, channel: str) -> bool:
        """Whether the actor may read the channel now."""
        ...

    def delta(self, channel: str, after: int, bytes_max: int) -> Delta:
        """Entries after `after`, cut at `bytes_max`; at least one, where there is one."""
        ...

    def snapshot(self, channel: str) -> SnapshotState:
        """The channel whole."""
        ...

    def delta_bytes(self, channel: str, after: int) -> int:
        """Bytes of the entries after `after` in the log."""
        ...

    def snapshot_bytes(self, channel: str) -> int:
        """About how many bytes a snapshot of the channel takes."""
        ...

    def text_ops(self, item: str, name: str, after: int) -> list[tuple[str, int, list[Any]]]:
        """Operations of a text after a revision, each with device and number of its change."""
        ...

    def channel_of(self, item: str) -> str | None:
        """The channel in which an item lives."""
        ...

    # -- accounts
    def workspace(self) -> tuple[str, str]:
        """Id and name of the workspace; both empty until `found` made it."""
        ...

    def found(self, workspace: str, name: str, now: float) -> Committed:
        """Make the workspace with its channel, once; nothing where there is one. Raises Refusal for a bad name."""
        ...

    def device(self, token_hash: bytes) -> Device | None:
        """The device of a token, None when there is none or it was revoked."""
        ...

    def account(self, email: str) -> Account | None:
        """The account of an e-mail, compared without case."""
        ...

    def account_of(self, user: str) -> Account | None:
        """The account of a user."""
        ...

    def set_password(self, user: str, password_hash: str, device: str) -> list[str]:
        """Give an account a new password and end its other devices, in one transaction; the ids of those ended."""
        ...

    def add_invite(self, invite: Invite) -> None:
        """Keep an invite."""
        ...

    def invite(self, secret_hash: bytes) -> Invite | None:
        """The invite of a secret."""
        ...

    def take_invite(
        self,
        secret_hash: bytes,
        account: Account,
        name: str,
        device: str,
        token_hash: bytes,
        device_name: str,
        now: float,
    ) -> Committed:
        """Use up one of the invite's uses and make account, device and person, in one transaction.

        The role is the invite's. Raises Refusal `invite_invalid`, `invite_expired`, `invite_used`, or `bad_value` for
        an e-mail, user or device that is taken, or a name that cannot be; then the invite keeps its use.
        """
        ...

    def add_device(self, user: str, device: str, token_hash: bytes, name: str, now: float) -> bool:
        """Give an account a device, or a device of this same account a new token; False when the id is another's."""
        ...

    def revoke_device(self, user: str, device: str) -> bool:
        """Take a device's token away; False when it is not this account's or has none."""
        ...

    def devices(self, user: str) -> list[tuple[str, str, float, bool]]:
        """The account's devices: id, name, when made, whether revoked."""
        ...

    def members(self) -> list[tuple[str, str, str]]:
        """Everybody: user id, name, role."""
        ...

    def owner_exists(self) -> bool:
        """Whether the owner has joined."""
        ...

    def close(self) -> None:
        """End all connections to the database."""
        ...
