"""A certificate authority of a test's own, and a certificate that it signs."""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from hub.clock import now


@dataclass(frozen=True)
class Certificates:
    """The files: the authority to believe in, and key with certificate for a server."""

    authority: Path
    server: Path


def certificates(folder: Path, address: str = "127.0.0.1") -> Certificates:
    """Make an authority and have it sign a certificate for an address."""
    own, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _signed(own, own, "authority", x509.BasicConstraints(ca=True, path_length=0))
    where = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
    served = _signed(key, own, "receiver", where)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    made = Certificates(folder / "authority.pem", folder / "receiver.pem")
    made.authority.write_bytes(authority.public_bytes(Encoding.PEM))
    made.server.write_bytes(secret + served.public_bytes(Encoding.PEM))
    return made


def _signed(
    key: ec.EllipticCurvePrivateKey,
    issuer: ec.EllipticCurvePrivateKey,
    name: str,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    own, above = (
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in (name, "authority")
    )
    public, at = issuer.public_key(), now()
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(public)
    return (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(above)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(hours=1))
        .not_valid_after(at + timedelta(hours=1))
        .add_extension(extension, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(identifier, critical=False)
        .sign(issuer, hashes.SHA256())
    )
