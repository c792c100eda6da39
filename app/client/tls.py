"""Trust: TLS 1.3 with the server's key pinned in the handshake, or the system's authorities where there is no pin."""

import functools
import hashlib
import ssl
from collections.abc import Iterable

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class PinMismatch(ssl.SSLError):
    """The server has another key than the one that was pinned; nothing was sent to it."""

    def __init__(self, found: str, pins: Iterable[str]) -> None:
        super().__init__("the server's key is not the pinned one")
        self.found = found
        self.pins = tuple(pins)


class _PinnedContext(ssl.SSLContext):
    pins: frozenset[str] = frozenset()


class _PinnedObject(ssl.SSLObject):
    """Looks at the key as the last step of the handshake, before a byte of ours is sent."""

    def do_handshake(self) -> None:
        super().do_handshake()
        context = self.context
        assert isinstance(context, _PinnedContext)
        certificate = self.getpeercert(binary_form=True)
        found = spki_pin(certificate) if certificate else ""
        if found not in context.pins:
            raise PinMismatch(found, sorted(context.pins))


def spki_pin(certificate: bytes) -> str:
    """SHA-256 of the SubjectPublicKeyInfo of a DER certificate, as 64 lower-case hex digits; '' when unreadable."""
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except (ValueError, UnsupportedAlgorithm):
        return ""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


@functools.lru_cache(maxsize=8)
def client_context(pins: tuple[str, ...]) -> ssl.SSLContext:
    """A context for one server: TLS 1.3; with pins these alone decide, else the system's trust store.

    Reading the trust store blocks for some 10 ms; contexts are kept.
    """
    if not pins:
        trusted = ssl.create_default_context()
        trusted.minimum_version = ssl.TLSVersion.TLSv1_3
        return trusted
    context = _PinnedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.pins = frozenset(pins)
    context.sslobject_class = _PinnedObject
    return context
