"""A server's front door that speaks TLS, as an installation's Temporal does: certificates, and a proxy on loopback."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, in files."""

    certificate: Path
    key: Path


class Authority:
    """Who signs certificates, in a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = _name(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        whole = x509.BasicConstraints(ca=True, path_length=None)
        self.certificate = self._write(name, self._key, self.name, whole, days=30).certificate

    def issue(self, name: str, *, days: int = 30) -> Pair:
        """A certificate of this machine; with negative days it has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        return self._write(name, key, _name(name), x509.BasicConstraints(ca=False, path_length=None), days=days)

    def _write(
        self, name: str, key: ec.EllipticCurvePrivateKey, subject: x509.Name, basic: x509.BasicConstraints, *, days: int
    ) -> Pair:
        now = datetime.now(UTC)
        here = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(HOST))])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=60))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(basic, critical=True)
            .add_extension(here, critical=False)
            .sign(self._key, SHA256())
        )
        pair = Pair(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        pair.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
        pair.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return pair


@contextlib.asynccontextmanager
async def tls_front(target: str, own: Pair, clients: Authority | None = None) -> AsyncIterator[str]:
    """The address of a TLS listener before `target`; with an authority it asks each client for a certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(own.certificate, own.key)
    context.set_alpn_protocols(["h2"])
    if clients is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients.certificate)
    host, _, port = target.rpartition(":")

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward, back = await asyncio.open_connection(host, int(port))
        await asyncio.gather(_pipe(reader, back), _pipe(onward, writer))

    server = await asyncio.start_server(carry, HOST, 0, ssl=context)
    try:
        yield f"{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
