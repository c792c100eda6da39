"""What is typed to come in, judged while it is typed: each problem in a sentence, under the field that it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from app.client.links import Invite, parse_fingerprint, parse_invite, parse_server_address
from app.model.change import Refusal
from app.ui.models.times import clock_words
from app.ui.strings import tr

PASSWORD_LEAST: Final = 12
PASSWORD_BYTES_MOST: Final = 1024
STEPS: Final = 4

FIELD_OF_CODE: Final = {
    "invite_invalid": "invite",
    "invite_expired": "invite",
    "invite_used": "invite",
    "certificate": "server",
    "unreachable": "server",
    "version": "server",
}
"""Where a refusal of the server is shown; all others stand above the buttons."""


@dataclass(frozen=True, slots=True)
class InviteCheck:
    """An invite as far as it can be judged without its server: `hint` when it is good, else what is `wrong`."""

    invite: Invite | None = None
    hint: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Strength:
    """How good a password is, in `steps` of four, and in words."""

    steps: int
    words: str
    enough: bool


@dataclass(frozen=True, slots=True)
class Problems:
    """What is wrong by field (invite, server, fingerprint, workspace, name, email, password), and in `general`."""

    fields: dict[str, str] = field(default_factory=dict)
    general: str = ""


def check_invite(text: str, now: float) -> InviteCheck:
    """Judge an invite; nothing typed is neither good nor wrong."""
    text = text.strip()
    if not text:
        return InviteCheck()
    try:
        invite = parse_invite(text)
    except Refusal as refusal:
        return InviteCheck(wrong=refusal.text)
    if invite.until is None:
        return InviteCheck(invite, tr("The link is whole"))
    if invite.until <= now:
        return InviteCheck(wrong=tr("This invite has expired. Ask for a new one."))
    return InviteCheck(invite, tr("Link is valid until {day}", day=clock_words(invite.until, now)))


def check_password(text: str) -> Strength:
    """Length is what counts; mixed letters help a little."""
    if len(text) < PASSWORD_LEAST:
        missing = PASSWORD_LEAST - len(text)
        steps = 1 if text else 0
        return Strength(steps, tr("{n} more character|{n} more characters", n=missing), False)
    if len(text.encode("utf-8", "replace")) > PASSWORD_BYTES_MOST:
        return Strength(STEPS, tr("Too long: at most {n} bytes.", n=PASSWORD_BYTES_MOST), False)
    if len(set(text)) < 5:
        return Strength(1, tr("Too simple: use more different characters."), False)
    if len(text) >= 20:
        return Strength(4, tr("Very good"), True)
    return Strength(3 if len(text) >= 15 else 2, tr("Good. At least 12 characters"), True)


def problems_of(typed: dict[str, str], new_password: bool, now: float) -> Problems:
    """What is missing or wrong in the fields that are given by name."""
    found: dict[str, str] = {}
    if "invite" in typed:
        check = check_invite(typed["invite"], now)
        if check.invite is None:
            found["invite"] = check.wrong or tr("Paste the link that you were sent.")
    if "server" in typed:
        found |= _wrong_server(typed["server"])
    if typed.get("fingerprint", "").strip():
        try:
            parse_fingerprint(typed["fingerprint"])
        except Refusal as refusal:
            found["fingerprint"] = refusal.text
    for name, words in (("workspace", tr("Give the workspace a name.")), ("name", tr("Say who you are."))):
        if name in typed and not typed[name].strip():
            found[name] = words
    if "email" in typed and not _is_email(typed["email"].strip()):
        found["email"] = tr("This is not an e-mail address.")
    if "password" in typed:
        strength = check_password(typed["password"])
        if new_password and not strength.enough:
            found["password"] = tr("A password has at least 12 characters.") if typed["password"] else _choose()
        elif not typed["password"]:
            found["password"] = tr("Type your password.")
    return Problems(found)


def problems_of_refusal(refusal: Refusal, fields: frozenset[str]) -> Problems:
    """Where the server's reason is shown, given the fields that there are."""
    name = FIELD_OF_CODE.get(refusal.code, "")
    if refusal.code == "credentials" and "password" in fields:
        name = "password"
    if name in fields:
        return Problems({name: refusal.text})
    return Problems(general=refusal.text)


def _choose() -> str:
    return tr("Choose a password of at least 12 characters.")


def _wrong_server(text: str) -> dict[str, str]:
    if not text.strip():
        return {"server": tr("Type the server's address, such as wss://sync.example.org:7464.")}
    try:
        parse_server_address(text)
    except Refusal as refusal:
        return {"server": refusal.text}
    return {}


def _is_email(text: str) -> bool:
    name, at, host = text.rpartition("@")
    return bool(name and at and host) and not any(character.isspace() for character in text)
