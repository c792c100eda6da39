"""Accounts, devices and invites on SQLite; each function runs inside the caller's transaction."""

import sqlite3

from app.hub.facts import Committed, Device
from app.model.change import Refusal
from app.model.identity import workspace_channel
from app.model.roles import Actor
from app.store import statements as sql
from app.store.deciding import Deciding
from app.store.interface import Account, Invite
from app.store.joining import check_invite, email_key, make_person, make_workspace
from app.store.schema import decode_row
from app.store.transaction import SqliteTransaction


def workspace(connection: sqlite3.Connection) -> tuple[str, str]:
    """Id and name of the workspace, both empty before it is founded."""
    transaction = SqliteTransaction(connection)
    found = transaction.workspace()
    row = transaction.rows([found]).get(found)
    return found, "" if row is None else str(row.value("name"))


def found_workspace(
    connection: sqlite3.Connection, deciding: Deciding, workspace_id: str, name: str, now: float
) -> Committed:
    """Makes the workspace, unless there is one."""
    if SqliteTransaction(connection).workspace():
        return Committed()
    connection.execute(sql.ADD_META, {"key": "workspace", "value": workspace_id})
    make_workspace(deciding, workspace_id, name, now)
    return deciding.committed


def device(connection: sqlite3.Connection, token_hash: bytes) -> Device | None:
    """The device of a token."""
    found = connection.execute(sql.DEVICE_OF_TOKEN, {"token_hash": token_hash}).fetchone()
    if found is None:
        return None
    id_, user, role, highest, name = found
    return Device(id_, Actor(user, SqliteTransaction(connection).workspace(), role), highest, name=name)


def account(connection: sqlite3.Connection, email: str) -> Account | None:
    """The account of an e-mail."""
    found = connection.execute(sql.ACCOUNT_OF_EMAIL, {"email_key": email_key(email)}).fetchone()
    return None if found is None else Account(*found)


def account_of(connection: sqlite3.Connection, user: str) -> Account | None:
    """The account of a user."""
    found = connection.execute(sql.ACCOUNT_OF_USER, {"user": user}).fetchone()
    return None if found is None else Account(*found)


def set_password(connection: sqlite3.Connection, user: str, password_hash: str, kept: str) -> list[str]:
    """A new password; every device of the account but `kept` ends."""
    connection.execute(sql.SET_PASSWORD, {"of_user": user, "new_hash": password_hash})
    ended = [id_ for id_, _, _, revoked in devices(connection, user) if not revoked and id_ != kept]
    for id_ in ended:
        revoke(connection, user, id_)
    return ended


def add_invite(connection: sqlite3.Connection, invite: Invite) -> None:
    """Keeps an invite."""
    values = {"secret_hash": invite.secret_hash, "role": invite.role, "uses_left": invite.uses_left}
    connection.execute(sql.ADD_INVITE, {**values, "until": invite.until, "made_by": invite.made_by})


def invite_of(connection: sqlite3.Connection, secret_hash: bytes) -> Invite | None:
    """The invite of a secret."""
    found = connection.execute(sql.INVITE_OF_SECRET, {"secret_hash": secret_hash}).fetchone()
    return None if found is None else Invite(*found)


def take_invite(
    connection: sqlite3.Connection, deciding: Deciding, secret_hash: bytes, joining: Account, name: str, now: float
) -> None:
    """Uses up one use and makes account and person, with the invite's role."""
    invite = check_invite(invite_of(connection, secret_hash), now)
    if account(connection, joining.email) is not None:
        raise Refusal("bad_value", "There is an account with this e-mail already.")
    if account_of(connection, joining.user) is not None:
        raise Refusal("bad_value", "There is an account with this id already.")
    connection.execute(sql.USE_INVITE, {"secret": secret_hash})
    (joined_before,) = connection.execute(sql.COUNT_ACCOUNTS).fetchone()
    member = Account(joining.user, joining.email, joining.password_hash, invite.role)
    values = {"user": member.user, "email": member.email, "email_key": email_key(member.email), "role": member.role}
    connection.execute(sql.ADD_ACCOUNT, {**values, "password_hash": member.password_hash})
    transaction = SqliteTransaction(connection)
    head = transaction.head(workspace_channel(transaction.workspace()))
    assert head is not None
    make_person(deciding, transaction.workspace(), member, name, joined_before, head.seq, now)


def add_device(
    connection: sqlite3.Connection, user: str, device_id: str, token_hash: bytes, name: str, now: float
) -> bool:
    """A new device, or a new token for one of this account."""
    owner = connection.execute(sql.OWNER_OF_DEVICE, {"device": device_id}).fetchone()
    if owner is None:
        values = {"id": device_id, "user": user, "name": name, "made_at": now, "token_hash": token_hash}
        connection.execute(sql.ADD_DEVICE, {**values, "revoked": False, "highest": 0, "forgotten_below": 0})
        return True
    if owner[0] != user:
        return False
    connection.execute(sql.RENEW_DEVICE, {"device": device_id, "new_hash": token_hash, "new_name": name})
    return True


def revoke(connection: sqlite3.Connection, user: str, device_id: str) -> bool:
    """Takes a device's token away; False when there is none to take."""
    return connection.execute(sql.REVOKE_DEVICE, {"device": device_id, "of_user": user}).rowcount == 1


def devices(connection: sqlite3.Connection, user: str) -> list[tuple[str, str, float, bool]]:
    """The account's devices, the oldest first."""
    found = connection.execute(sql.DEVICES, {"user": user})
    return [(id_, name, made_at, bool(revoked)) for id_, name, made_at, revoked in found]


def members(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Everybody, in the order in which they joined."""
    found = [(user, role, decode_row(row)) for user, role, row in connection.execute(sql.MEMBERS)]
    return [(user, str(row.value("name")), role) for user, role, row in sorted(found, key=lambda one: one[2].seq)]


def owner_exists(connection: sqlite3.Connection) -> bool:
    """Whether anybody has the role of owner."""
    return bool(connection.execute(sql.OWNERS).fetchone()[0])
