"""The store in memory, for the simulation: the same deciding, no disk, no chance, failures on demand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Literal

from app.hub.commit import Head
from app.hub.facts import Committed, Delta, Device, SnapshotState, Submission
from app.model.change import Refusal, Result
from app.model.identity import owner_of, workspace_channel
from app.model.roles import Actor, may_read
from app.store.deciding import Deciding, Defect, recorded_results
from app.store.interface import OUTCOMES_KEPT, Account, Invite, StoreBroken, StoreFull
from app.store.joining import check_invite, email_key, make_person, make_workspace
from app.store.memory_state import MemoryChannel, MemoryDevice, MemoryState, MemoryTransaction, encode
from app.store.snapshots import snapshot_state

Failure = Literal["full", "broken", "broken_but_kept"]
"""How a commit fails: nothing kept, nothing kept, or an error although all of it is there afterwards."""


def _raise(error: Exception) -> None:
    raise error


class MemoryStore:
    """Implements `Store`; everything that a method wrote is durable when it returns.

    `new_epoch` gives names for new histories (seeded by the simulation). By default a defect in deciding is raised, so
    that a simulation stops at it; then, and only then, the state is not whole. Not safe for several threads.
    """

    def __init__(self, new_epoch: Callable[[], str], on_defect: Defect = _raise) -> None:
        self._state = MemoryState()
        self._new_epoch = new_epoch
        self._on_defect = on_defect
        self._failures: list[Failure] = []
        self._closed = False

    def fail_next(self, *failures: Failure) -> None:
        """The next writing calls fail in these ways, one each."""
        self._failures += failures

    def crash(self) -> "MemoryStore":
        """The server's process died: this object is dead, and the new one has what was durable."""
        self._closed = True
        survivor = MemoryStore(self._new_epoch, self._on_defect)
        survivor._state = self._state
        return survivor

    @contextmanager
    def _writing(self) -> Iterator[MemoryState]:
        self._check_open()
        failure = self._failures.pop(0) if self._failures else None
        if failure == "full":
            raise StoreFull("the disk is full")
        if failure == "broken":
            raise StoreBroken("the database reported SQLITE_IOERR")
        yield self._state
        if failure == "broken_but_kept":
            raise StoreBroken("the database reported SQLITE_IOERR_FSYNC")

    def _reading(self) -> MemoryState:
        self._check_open()
        return self._state

    def _check_open(self) -> None:
        if self._closed:
            raise StoreBroken("the store is closed")

    def _deciding(self, now: float) -> Deciding:
        return Deciding(MemoryTransaction(self._state, self._new_epoch), now, self._on_defect)

    # -- log and state -------------------------------------------------------------------------------------------------

    def commit(self, batch: list[Submission], now: float) -> Committed:
        """Decides a batch."""
        with self._writing():
            deciding = self._deciding(now)
            for submission in batch:
                deciding.submit(submission)
        return deciding.committed

    def outcomes(self, device: str, doubts: list[tuple[int, bytes]]) -> tuple[list[Result], list[int]]:
        """Recorded results of changes in doubt, and unknown numbers."""
        return recorded_results(doubts, self._reading().outcomes.get(device, {}))

    def settle(self, device: str, below: int) -> None:
        """Forgets old outcomes; the newest OUTCOMES_KEPT numbers stay."""
        with self._writing() as state:
            known = state.devices.get(device)
            if known is None:
                return
            below = min(below, known.highest - OUTCOMES_KEPT)
            if below > known.forgotten_below:
                known.forgotten_below = below
                kept = {n: one for n, one in state.outcomes.get(device, {}).items() if n >= below}
                state.outcomes[device] = kept

    def heads(self, actor: Actor) -> dict[str, Head]:
        """Heads of the readable channels."""
        channels = self._reading().channels
        return {channel: known.head for channel, known in channels.items() if self.may_read(actor, channel)}

    def may_read(self, actor: Actor, channel: str) -> bool:
        """Whether the actor may read the channel now."""
        state = self._reading()
        return channel in state.channels and may_read(actor, channel, state.rows.get(owner_of(channel)))

    def delta(self, channel: str, after: int, bytes_max: int) -> Delta:
        """Entries after a seq."""
        known = self._reading().channels.get(channel)
        if known is None:
            return Delta(channel, after, [], Head(), complete=True)
        start = min(after, len(known.entries))
        end = start
        while end < len(known.entries):
            if end > start and known.bytes_before[end + 1] - known.bytes_before[start] > bytes_max:
                break
            end += 1
        return Delta(channel, after, known.entries[start:end], known.head, end == len(known.entries))

    def snapshot(self, channel: str) -> SnapshotState:
        """The channel whole."""
        known = self._reading().channels.get(channel) or MemoryChannel(Head())
        texts = [(item, name, rev, body) for (item, name), (rev, body) in sorted(known.texts.items())]
        return snapshot_state(channel, known.head, known.rows.values(), texts)

    def delta_bytes(self, channel: str, after: int) -> int:
        """Bytes of the log after a seq."""
        known = self._reading().channels.get(channel)
        if known is None or after >= len(known.entries):
            return 0
        return known.bytes_before[-1] - known.bytes_before[after]

    def snapshot_bytes(self, channel: str) -> int:
        """About how many bytes a snapshot takes."""
        known = self._reading().channels.get(channel)
        if known is None:
            return 0
        return sum(len(encode(row)) for row in known.rows.values()) + sum(len(body) for _, body in known.texts.values())

    def text_ops(self, item: str, name: str, after: int) -> list[tuple[str, int, list[Any]]]:
        """Operations of a text after a revision."""
        steps = MemoryTransaction(self._reading(), self._new_epoch).steps(item, name, after)
        return [(step.device, step.n, step.op) for step in steps]

    def channel_of(self, item: str) -> str | None:
        """The channel of an item."""
        row = self._reading().rows.get(item)
        return None if row is None else row.channel

    # -- accounts ------------------------------------------------------------------------------------------------------

    def workspace(self) -> tuple[str, str]:
        """Id and name of the workspace."""
        state = self._reading()
        row = state.rows.get(state.workspace)
        return state.workspace, "" if row is None else str(row.value("name"))

    def found(self, workspace: str, name: str, now: float) -> Committed:
        """Makes the workspace, once."""
        with self._writing() as state:
            if state.workspace:
                return Committed()
            deciding = self._deciding(now)
            make_workspace(deciding, workspace, name, now)
            state.workspace = workspace
        return deciding.committed

    def device(self, token_hash: bytes) -> Device | None:
        """The device of a token."""
        state = self._reading()
        for known in state.devices.values():
            if known.token_hash == token_hash and not known.revoked:
                actor = Actor(known.user, state.workspace, state.accounts[known.user].role)
                return Device(known.id, actor, known.highest, name=known.name)
        return None

    def account(self, email: str) -> Account | None:
        """The account of an e-mail."""
        key = email_key(email)
        return next((one for one in self._reading().accounts.values() if email_key(one.email) == key), None)

    def account_of(self, user: str) -> Account | None:
        """The account of a user."""
        return self._reading().accounts.get(user)

    def set_password(self, user: str, password_hash: str, device: str) -> list[str]:
        """A new password; the ids of the other devices, which end."""
        with self._writing() as state:
            if user in state.accounts:
                state.accounts[user] = replace(state.accounts[user], password_hash=password_hash)
            others = [known for known in state.devices.values() if known.user == user and known.id != device]
            ended = [known for known in others if not known.revoked]
            for known in ended:
                known.revoked = True
        return [known.id for known in ended]

    def add_invite(self, invite: Invite) -> None:
        """Keeps an invite."""
        with self._writing() as state:
            state.invites[invite.secret_hash] = invite

    def invite(self, secret_hash: bytes) -> Invite | None:
        """The invite of a secret."""
        return self._reading().invites.get(secret_hash)

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
        """Lets somebody in."""
        with self._writing() as state:
            invite = check_invite(state.invites.get(secret_hash), now)
            if self.account(account.email) is not None:
                raise Refusal("bad_value", "There is an account with this e-mail already.")
            if account.user in state.accounts:
                raise Refusal("bad_value", "There is an account with this id already.")
            if device in state.devices:
                raise Refusal("bad_value", "This device belongs to another account.")
            deciding = self._deciding(now)
            member = replace(account, role=invite.role)
            seq = state.channels[workspace_channel(state.workspace)].head.seq
            make_person(deciding, state.workspace, member, name, len(state.accounts), seq, now)
            state.invites[secret_hash] = replace(invite, uses_left=invite.uses_left - 1)
            state.accounts[account.user] = member
            state.devices[device] = MemoryDevice(device, account.user, device_name, now, token_hash)
        return deciding.committed

    def add_device(self, user: str, device: str, token_hash: bytes, name: str, now: float) -> bool:
        """Gives an account a device."""
        with self._writing() as state:
            known = state.devices.get(device)
            if known is None:
                state.devices[device] = MemoryDevice(device, user, name, now, token_hash)
                return True
            if known.user != user:
                return False
            known.token_hash, known.name, known.revoked = token_hash, name, False
            return True

    def revoke_device(self, user: str, device: str) -> bool:
        """Takes a device's token away."""
        with self._writing() as state:
            known = state.devices.get(device)
            if known is None or known.user != user or known.revoked:
                return False
            known.revoked = True
            return True

    def devices(self, user: str) -> list[tuple[str, str, float, bool]]:
        """The account's devices, the oldest first."""
        known = [one for one in self._reading().devices.values() if one.user == user]
        known.sort(key=lambda one: (one.made_at, one.id))
        return [(one.id, one.name, one.made_at, one.revoked) for one in known]

    def members(self) -> list[tuple[str, str, str]]:
        """Everybody, in the order in which they joined."""
        state = self._reading()
        return [(user, str(state.rows[user].value("name")), one.role) for user, one in state.accounts.items()]

    def owner_exists(self) -> bool:
        """Whether the owner has joined."""
        return any(one.role == "owner" for one in self._reading().accounts.values())

    def close(self) -> None:
        """Ends the store; what is durable stays with `crash`."""
        self._closed = True
