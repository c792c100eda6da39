"""The server's certificate: made once with its key, or given; the fingerprint of its key that invites carry."""

import datetime
import hashlib
import ipaddress
import os
import socket
import ssl
import warnings
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from app.server.configuration import local_address
from app.server.errors import ServerFailure

CERTIFICATE, KEY = "certificate.pem", "key.pem"
YEARS = 20
"""Clients of a made certificate go by its key, not by its dates."""


@dataclass(frozen=True)
class Identity:
    """What the server shows: a TLS 1.3 context, its pin (64 hex digits), the names in it.

    `is_vouched_for` says that an authority which this machine trusts stands behind it.
    """

    context: ssl.SSLContext
    pin: str
    names: tuple[str, ...]
    is_vouched_for: bool

    @property
    def fingerprint(self) -> str:
        """The pin as people read it."""
        return f"sha256:{self.pin}"


def load(data: Path, certificate: Path | None, key: Path | None) -> Identity:
    """The given certificate, or the one in `data`, made there at the first start. Raises ServerFailure."""
    is_given = certificate is not None
    if certificate is None or key is None:
        certificate, key = data / CERTIFICATE, data / KEY
        if not (certificate.exists() and key.exists()):
            _make(certificate, key)
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(certificate, key)
        chain = x509.load_pem_x509_certificates(certificate.read_bytes())
    except (OSError, ssl.SSLError, ValueError):
        sentence = f"The certificate {certificate} and the key {key} cannot be read, or do not belong together."
        raise ServerFailure(sentence) from None
    names = _names(chain[0])
    is_vouched_for = is_given and bool(names) and _is_vouched_for(names[0], chain)
    return Identity(context, pin_of(chain[0]), names, is_vouched_for)


def _is_vouched_for(name: str, chain: list[x509.Certificate]) -> bool:
    """Whether this machine's authorities stand behind the first certificate of a chain."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some authorities' own certificates are odd; that is not ours to mend
            found = ssl.create_default_context().get_ca_certs(binary_form=True)
            trusted = [x509.load_der_x509_certificate(one) for one in found]
        subject = x509.DNSName(name.replace("*", "any", 1))
        PolicyBuilder().store(Store(trusted)).build_server_verifier(subject).verify(chain[0], chain[1:])
    except (ValueError, VerificationError):
        return False
    return True


def pin_of(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate's SubjectPublicKeyInfo, in hex."""
    info = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(info).hexdigest()


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(name.lower() for name in names.get_values_for_type(x509.DNSName))


def _make(certificate: Path, key: Path) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    public = private.public_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Et'al server")])
    now = datetime.datetime.now(datetime.UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,  # it vouches for itself: strict checkers ask for this
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=2))  # clocks differ
        .not_valid_after(now + datetime.timedelta(days=365 * YEARS))
        .add_extension(x509.SubjectAlternativeName(_own_names()), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        .sign(private, hashes.SHA256())
    )
    try:
        _write_private(key, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        _write_private(certificate, made.public_bytes(Encoding.PEM))
    except OSError as error:
        raise ServerFailure(f"The folder {key.parent} cannot be written: {error.strerror}.") from error


def _own_names() -> list[x509.GeneralName]:
    hosts = dict.fromkeys([socket.gethostname().lower(), "localhost"])
    addresses = dict.fromkeys(["127.0.0.1", "::1", local_address()])
    names: list[x509.GeneralName] = [x509.DNSName(host) for host in hosts if host and host.isascii()]
    return names + [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]


def _write_private(path: Path, content: bytes) -> None:
    """Whole or not at all, readable by nobody else at any moment, on the disk before it is used."""
    new = path.with_name(path.name + ".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
