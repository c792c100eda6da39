"""How a workspace begins and people come in: system changes, decided like any other, and what makes an invite good."""

import unicodedata

from app.model.change import Change, Refusal, change_hash, encode_change
from app.model.identity import SYSTEM, workspace_channel
from app.model.roles import Actor
from app.store.deciding import Deciding
from app.store.interface import Account, Invite

SLOTS = 8
"""Colours of people: each newcomer takes the next."""


def make_workspace(deciding: Deciding, workspace: str, name: str, now: float) -> None:
    """Founds the workspace's channel. Raises Refusal for a name that cannot be."""
    change = _change(1, workspace, "workspace", workspace, {"name": name}, now)
    _apply(deciding, workspace, change)


def make_person(
    deciding: Deciding, workspace: str, account: Account, name: str, joined_before: int, seq: int, now: float
) -> None:
    """Puts a new person's row into the directory; `seq` is that of the workspace's channel."""
    fields = {"name": name, "email": account.email, "slot": joined_before % SLOTS, "role": account.role}
    _apply(deciding, workspace, _change(seq + 1, workspace, "person", account.user, fields, now))


def _change(n: int, workspace: str, kind: str, item: str, fields: dict[str, object], now: float) -> Change:
    return Change(n, workspace_channel(workspace), "create", kind, [item], n - 1, now, now, "", fields=fields)


def _apply(deciding: Deciding, workspace: str, change: Change) -> None:
    deciding.apply(Actor(SYSTEM, workspace, "owner"), change, SYSTEM, change_hash(encode_change(change)))


def check_invite(invite: Invite | None, now: float) -> Invite:
    """The invite, if it is good. Raises Refusal `invite_invalid`, `invite_used` or `invite_expired`."""
    if invite is None:
        raise Refusal("invite_invalid", "This invite is not known here.")
    if invite.uses_left < 1:
        raise Refusal("invite_used", "This invite was used already.")
    if now >= invite.until:
        raise Refusal("invite_expired", "This invite has expired.")
    return invite


def email_key(email: str) -> str:
    """An e-mail as it is compared: without case, width and surrounding space."""
    return unicodedata.normalize("NFKC", email.strip()).casefold()
