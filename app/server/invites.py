"""Invites: secrets that are kept only as hashes, and the links that carry them."""

import hashlib
import secrets

from app.model.change import Refusal
from app.model.identity import SYSTEM
from app.model.roles import Actor, may_invite
from app.server.configuration import Place
from app.store.interface import Invite

DAY_S = 86_400
OWNER_DAYS = 30
USES_MAX, DAYS_MAX = 1_000, 365


def secret_hash(secret: str) -> bytes:
    """SHA-256 of a random secret (invite or token): all that is kept of it."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()


def new_secret() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)


def link(place: Place, secret: str, pins: list[str], until: float) -> str:
    """The invite as it is handed on (SYNC, Links). Without pins the system's authorities decide about the server."""
    shown = "".join(f"&pin={pin}" for pin in pins)
    return f"etal://{place.authority}/j/{secret}?v=1{shown}&until={int(until)}"


def owner_invite(now: float) -> tuple[str, Invite]:
    """The first invite of a server: whoever takes it up first is the owner, and then no other such invite is good."""
    secret = new_secret()
    return secret, Invite(secret_hash(secret), "owner", 1, now + OWNER_DAYS * DAY_S, SYSTEM)


def member_invite(actor: Actor, arguments: dict[str, object], now: float) -> tuple[str, Invite]:
    """An invite by a member. Raises Refusal for arguments that make no sense or a role above their own."""
    role, uses, days = arguments.get("role", "member"), arguments.get("uses", 1), arguments.get("days", 7)
    if arguments.get("project") is not None or arguments.get("project_role") is not None:
        raise Refusal("not_available", "Invites to a single project are not available on this server.")
    if role == "guest":
        raise Refusal("not_available", "Guests are not available on this server.")
    if not isinstance(role, str) or role not in ("owner", "admin", "member"):
        raise Refusal("bad_request", "A role is owner, admin or member.")
    if not may_invite(actor, role):
        raise Refusal("not_allowed", "You cannot invite anybody to a role above your own.")
    if isinstance(uses, bool) or not isinstance(uses, int) or not 1 <= uses <= USES_MAX:
        raise Refusal("bad_request", f"An invite has 1 to {USES_MAX} uses.")
    if isinstance(days, bool) or not isinstance(days, int | float) or not 0 < days <= DAYS_MAX:
        raise Refusal("bad_request", f"An invite is good for up to {DAYS_MAX} days.")
    secret = new_secret()
    return secret, Invite(secret_hash(secret), role, uses, now + days * DAY_S, actor.user)
