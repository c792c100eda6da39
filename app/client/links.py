"""Links and addresses from outside, read by a strict grammar: invites, items, servers (SYNC 16)."""

import ipaddress
import re
from dataclasses import dataclass

from app.model.change import Refusal
from app.model.identity import is_item_id
from app.model.kinds import KINDS

LINK_BYTES_MAX = 2048
PINS_MAX = 4

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_AUTHORITY = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]{2,45})\]|(?P<host>[A-Za-z0-9.-]{1,253})):(?P<port>[0-9]{1,5})")
_INVITE = re.compile(
    r"etal://(?P<where>[^/?#\s]{1,300})/j/(?P<secret>[A-Za-z0-9_-]{16,200})"
    r"\?v=(?P<version>[0-9]{1,4})(?P<pins>(?:&pin=[0-9a-f]{64})*)(?:&until=(?P<until>[0-9]{1,12}))?"
)
_ITEM = re.compile(r"etal://(?P<where>[^/?#\s]{1,300})/(?P<kind>[a-z]{2,20})/(?P<id>[0-9a-f-]{36})")
_PIN = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Address:
    """Where a server listens; `secure` is false only for a plain connection inside this machine."""

    host: str
    port: int
    secure: bool = True

    @property
    def url(self) -> str:
        """As it is written for people and in `listening`: `wss://host:port`, IPv6 in brackets."""
        return f"{'wss' if self.secure else 'ws'}://{self.authority}"

    @property
    def authority(self) -> str:
        """`host:port`, IPv6 in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether it is inside this machine."""
        if self.host.lower().rstrip(".") == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True)
class Invite:
    """An invite: where, the secret, pins of the server's key (none: an authority vouches), end in Unix seconds."""

    address: Address
    secret: str
    pins: tuple[str, ...] = ()
    until: int | None = None


@dataclass(frozen=True)
class ItemLink:
    """A link to one item."""

    address: Address
    kind: str
    item: str


def parse_invite(text: str) -> Invite:
    """Reads an invite. Raises Refusal `invite_invalid` with a sentence."""
    found = _INVITE.fullmatch(_bounded(text, "invite_invalid"))
    if found is None:
        raise Refusal("invite_invalid", "This is not a whole invite. Copy all of it, from etal:// on.")
    if found["version"] != "1":
        raise Refusal("invite_invalid", "This invite was made by a newer version of Et'al. Update this program.")
    pins = tuple(re.findall(r"[0-9a-f]{64}", found["pins"]))
    if len(pins) > PINS_MAX:
        raise Refusal("invite_invalid", "This invite names too many keys.")
    until = int(found["until"]) if found["until"] else None
    return Invite(_authority(found["where"], "invite_invalid"), found["secret"], pins, until)


def parse_item_link(text: str) -> ItemLink:
    """Reads a link to an item. Raises Refusal `bad_request` with a sentence."""
    found = _ITEM.fullmatch(_bounded(text, "bad_request"))
    if found is None or found["kind"] not in KINDS or not is_item_id(found["id"]):
        raise Refusal("bad_request", "This link names nothing that Et'al knows.")
    return ItemLink(_authority(found["where"], "bad_request"), found["kind"], found["id"])


def parse_server_address(text: str) -> Address:
    """Reads `wss://host:port`, `host:port` or, inside this machine only, `ws://host:port`.

    Raises Refusal `bad_request` with a sentence.
    """
    text = _bounded(text.strip(), "bad_request").rstrip("/")
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "wss", text
    if scheme not in ("wss", "ws"):
        raise Refusal("bad_request", "A server's address looks like wss://host:port.")
    address = _authority(rest, "bad_request")
    if scheme == "ws":
        if not address.loopback:
            raise Refusal("bad_request", "A plain ws:// connection is only allowed inside this machine. Use wss://.")
        return Address(address.host, address.port, secure=False)
    return address


def parse_fingerprint(text: str) -> str:
    """The pin (64 lower-case hex digits) of a fingerprint as people copy it; raises Refusal `bad_request`."""
    pin = text.strip().removeprefix("sha256:").replace(":", "").replace(" ", "").lower()
    if _PIN.fullmatch(pin) is None:
        raise Refusal("bad_request", "A fingerprint is sha256: and 64 hexadecimal digits.")
    return pin


def format_invite(invite: Invite) -> str:
    """The invite as a link, in the form that parse_invite reads."""
    pins = "".join(f"&pin={pin}" for pin in invite.pins)
    until = f"&until={invite.until}" if invite.until is not None else ""
    return f"etal://{invite.address.authority}/j/{invite.secret}?v=1{pins}{until}"


def format_item_link(address: Address, kind: str, item: str) -> str:
    """The link to an item, in the form that parse_item_link reads."""
    return f"etal://{address.authority}/{kind}/{item}"


def _bounded(text: str, code: str) -> str:
    # A character beyond ASCII is refused below by the grammar; the length is asked first, before any pattern runs.
    if len(text) > LINK_BYTES_MAX:
        raise Refusal(code, "This is longer than any link of Et'al.")
    return text


def _authority(text: str, code: str) -> Address:
    found = _AUTHORITY.fullmatch(text)
    if found is None:
        raise Refusal(code, "A server is named as host:port, an IPv6 address in brackets.")
    port = int(found["port"])
    if not 1 <= port <= 65535:
        raise Refusal(code, "A port is a number from 1 to 65535.")
    if found["six"]:
        try:
            return Address(str(ipaddress.IPv6Address(found["six"])), port)
        except ValueError:
            raise Refusal(code, "What stands in the brackets is no IPv6 address.") from None
    if _HOST.fullmatch(found["host"]) is None:
        raise Refusal(code, "This is no name or address of a computer.")
    return Address(found["host"].lower(), port)
