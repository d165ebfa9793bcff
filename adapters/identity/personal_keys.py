"""The key with which one person signs: made, sealed under a passphrase or a sign-in's token, and opened again."""

import base64
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ALGORITHM = "ed25519"
ID_DIGITS = 16
KEY_BYTES, NONCE_BYTES, SALT_BYTES = 32, 12, 16
PASSES, MEMORY_KIB = 2, 19 * 1024
"""The least that OWASP's Password Storage Cheat Sheet asks of argon2id."""


class WrongKeyError(Exception):
    """What is sealed is not this key, or is sealed under something else."""


@dataclass(frozen=True)
class PersonalKey:
    """A key that signs in one person's name; its id is the beginning of its public half's hash."""

    private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def fresh(cls) -> Self:
        """A key that nobody else has."""
        return cls(Ed25519PrivateKey.generate())

    @property
    def public_key(self) -> str:
        """The public half, in base64."""
        return base64.b64encode(self.private.public_key().public_bytes_raw()).decode()

    @property
    def key_id(self) -> str:
        """How the log and signatures name it."""
        return key_id_of(self.public_key)

    def sign(self, text: bytes) -> str:
        """The signature of a text, in base64."""
        return base64.b64encode(self.private.sign(text)).decode()

    def under_passphrase(self, passphrase: str) -> bytes:
        """The private half, for whoever knows the passphrase."""
        salt = secrets.token_bytes(SALT_BYTES)
        return salt + self._sealed(_from_passphrase(passphrase, salt))

    def under_token(self, token: str) -> bytes:
        """The private half, for whoever holds the token."""
        return self._sealed(_from_token(token))

    @classmethod
    def by_passphrase(cls, sealed: bytes, key_id: str, passphrase: str) -> Self:
        """The key of this id; raises WrongKeyError."""
        return cls._opened(sealed[SALT_BYTES:], key_id, _from_passphrase(passphrase, sealed[:SALT_BYTES]))

    @classmethod
    def by_token(cls, sealed: bytes, key_id: str, token: str) -> Self:
        """The key of this id; raises WrongKeyError."""
        return cls._opened(sealed, key_id, _from_token(token))

    def _sealed(self, under: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(under).encrypt(nonce, self.private.private_bytes_raw(), self.key_id.encode())

    @classmethod
    def _opened(cls, sealed: bytes, key_id: str, under: bytes) -> Self:
        try:
            raw = AESGCM(under).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], key_id.encode())
            found = cls(Ed25519PrivateKey.from_private_bytes(raw))
        except (InvalidTag, ValueError):
            raise WrongKeyError from None
        if found.key_id != key_id:
            raise WrongKeyError
        return found


def key_id_of(public_key: str) -> str:
    """The id of a public half in base64."""
    return sha256(base64.b64decode(public_key)).hexdigest()[:ID_DIGITS]


def _from_passphrase(passphrase: str, salt: bytes) -> bytes:
    from argon2.low_level import Type, hash_secret_raw  # noqa: PLC0415  only a sign-in needs it

    return hash_secret_raw(
        passphrase.encode(), salt.ljust(SALT_BYTES, b"\0"), PASSES, MEMORY_KIB, 1, KEY_BYTES, Type.ID
    )


def _from_token(token: str) -> bytes:
    """A token has 256 random bits: no slow derivation makes it harder to guess."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"structured-treatments:signing-key").derive(
        token.encode()
    )
