"""The store on SQLite: the server's truth, durable before anything is said."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.hub.commit import Head
from app.hub.facts import Committed, Delta, Device, SnapshotState, Submission
from app.model.change import Refusal, Result
from app.model.roles import Actor
from app.store import accounts, reading
from app.store import statements as sql
from app.store.database import Database
from app.store.deciding import Deciding, Defect
from app.store.interface import OUTCOMES_KEPT, Account, Invite
from app.store.transaction import SqliteTransaction

_log = logging.getLogger("app.store")


def note_defect(error: Exception) -> None:
    """A defect of ours is logged by kind and place, without the content that its text could quote."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
    _log.error("a change could not be worked out: %s at %s", type(error).__name__, place)


class SqliteStore:
    """Implements `Store` on a file in `directory`; safe to call from any thread.

    Raises StoreTooNew for a directory of a newer version, StoreBroken when it cannot be used. `on_defect` hears
    errors in deciding that are ours; the change that met one is refused, the others are not touched.
    """

    def __init__(self, directory: Path, on_defect: Defect = note_defect) -> None:
        self._database = Database(directory)
        self._on_defect = on_defect

    # -- log and state -------------------------------------------------------------------------------------------------

    def commit(self, batch: list[Submission], now: float) -> Committed:
        """Decides a batch in one transaction."""
        with self._deciding(now) as (_, deciding):
            for submission in batch:
                deciding.submit(submission)
        return deciding.committed

    @contextmanager
    def _deciding(self, now: float) -> "Iterator[tuple[Any, Deciding]]":
        with self._database.writing() as connection:
            transaction = SqliteTransaction(connection)
            yield connection, Deciding(transaction, now, self._on_defect)
            transaction.flush()

    def outcomes(self, device: str, doubts: list[tuple[int, bytes]]) -> tuple[list[Result], list[int]]:
        """Recorded results of changes in doubt, and unknown numbers."""
        with self._database.reading() as connection:
            return reading.outcomes(connection, device, doubts)

    def settle(self, device: str, below: int) -> None:
        """Forgets old outcomes; the newest OUTCOMES_KEPT numbers stay."""
        with self._database.writing() as connection:
            found = connection.execute(sql.HIGHEST, {"device": device}).fetchone()
            if found is None:
                return
            highest, forgotten_below = found
            below = min(below, highest - OUTCOMES_KEPT)
            if below > forgotten_below:
                connection.execute(sql.FORGET, {"device": device, "below": below})
                connection.execute(sql.FORGOTTEN, {"device": device, "below": below})

    def heads(self, actor: Actor) -> dict[str, Head]:
        """Heads of the readable channels."""
        with self._database.reading() as connection:
            return reading.heads(connection, actor)

    def may_read(self, actor: Actor, channel: str) -> bool:
        """Whether the actor may read the channel now."""
        with self._database.reading() as connection:
            return reading.may_read_now(connection, actor, channel)

    def delta(self, channel: str, after: int, bytes_max: int) -> Delta:
        """Entries after a seq."""
        with self._database.reading() as connection:
            return reading.delta(connection, channel, after, bytes_max)

    def snapshot(self, channel: str) -> SnapshotState:
        """The channel whole."""
        with self._database.reading() as connection:
            return reading.snapshot(connection, channel)

    def delta_bytes(self, channel: str, after: int) -> int:
        """Bytes of the log after a seq."""
        with self._database.reading() as connection:
            return reading.delta_bytes(connection, channel, after)

    def snapshot_bytes(self, channel: str) -> int:
        """About how many bytes a snapshot takes."""
        with self._database.reading() as connection:
            return reading.snapshot_bytes(connection, channel)

    def text_ops(self, item: str, name: str, after: int) -> list[tuple[str, int, list[Any]]]:
        """Operations of a text after a revision."""
        with self._database.reading() as connection:
            return reading.text_ops(connection, item, name, after)

    def channel_of(self, item: str) -> str | None:
        """The channel of an item."""
        with self._database.reading() as connection:
            found = connection.execute(sql.CHANNEL_OF, {"item": item}).fetchone()
        return None if found is None else str(found[0])

    # -- accounts ------------------------------------------------------------------------------------------------------

    def workspace(self) -> tuple[str, str]:
        """Id and name of the workspace."""
        with self._database.reading() as connection:
            return accounts.workspace(connection)

    def found(self, workspace: str, name: str, now: float) -> Committed:
        """Makes the workspace, once."""
        with self._deciding(now) as (connection, deciding):
            return accounts.found_workspace(connection, deciding, workspace, name, now)

    def device(self, token_hash: bytes) -> Device | None:
        """The device of a token."""
        with self._database.reading() as connection:
            return accounts.device(connection, token_hash)

    def account(self, email: str) -> Account | None:
        """The account of an e-mail."""
        with self._database.reading() as connection:
            return accounts.account(connection, email)

    def account_of(self, user: str) -> Account | None:
        """The account of a user."""
        with self._database.reading() as connection:
            return accounts.account_of(connection, user)

    def set_password(self, user: str, password_hash: str, device: str) -> list[str]:
        """A new password; the ids of the other devices, which end."""
        with self._database.writing() as connection:
            return accounts.set_password(connection, user, password_hash, device)

    def add_invite(self, invite: Invite) -> None:
        """Keeps an invite."""
        with self._database.writing() as connection:
            accounts.add_invite(connection, invite)

    def invite(self, secret_hash: bytes) -> Invite | None:
        """The invite of a secret."""
        with self._database.reading() as connection:
            return accounts.invite_of(connection, secret_hash)

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
        with self._deciding(now) as (connection, deciding):
            accounts.take_invite(connection, deciding, secret_hash, account, name, now)
            if not accounts.add_device(connection, account.user, device, token_hash, device_name, now):
                raise Refusal("bad_value", "This device belongs to another account.")
            return deciding.committed

    def add_device(self, user: str, device: str, token_hash: bytes, name: str, now: float) -> bool:
        """Gives an account a device."""
        with self._database.writing() as connection:
            return accounts.add_device(connection, user, device, token_hash, name, now)

    def revoke_device(self, user: str, device: str) -> bool:
        """Takes a device's token away."""
        with self._database.writing() as connection:
            return accounts.revoke(connection, user, device)

    def devices(self, user: str) -> list[tuple[str, str, float, bool]]:
        """The account's devices."""
        with self._database.reading() as connection:
            return accounts.devices(connection, user)

    def members(self) -> list[tuple[str, str, str]]:
        """Everybody."""
        with self._database.reading() as connection:
            return accounts.members(connection)

    def owner_exists(self) -> bool:
        """Whether the owner has joined."""
        with self._database.reading() as connection:
            return accounts.owner_exists(connection)

    def close(self) -> None:
        """Ends all connections."""
        self._database.close()
