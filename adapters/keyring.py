"""The keys of an installation: one file, several keys, one of them active."""

import base64
import binascii
import hmac
import json
import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12


class KeyRingError(Exception):
    """One sentence about a key file, a key or a sealed value; never their content."""


class UnknownKeyError(KeyRingError):
    """The key is not in this ring, and may come back."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"Key {key_id} is not in the key ring: put it back into the key file.")
        self.key_id = key_id


class UnreadableError(KeyRingError):
    """The bytes are damaged, or were sealed for another purpose."""


class KeyRing:
    """Seals, unseals and signs with the active key; still reads what older keys wrote.

    The ids of all keys of one installation begin with its `family`, so that a key that is missing here and may come
    back can be told from one of somebody else's. A ring from a file looks there again when it meets a key that it does
    not have: so a running process takes up a fresh key, and one that was lost and is put back.
    """

    def __init__(self, keys: Mapping[str, bytes], active: str, family: str = "") -> None:
        if active not in keys:
            raise KeyRingError("The active key is not among the keys: name one that is.")
        if any(len(key) != KEY_BYTES for key in keys.values()):
            raise KeyRingError(f"Every key must be {KEY_BYTES} bytes long.")
        self.family = family
        self._file: Path | None = None
        self._state = (0, 0)
        self._keys: dict[str, bytes] = {}
        self._ciphers: dict[str, AESGCM] = {}
        self._signers: dict[str, bytes] = {}
        self._take(keys, active)

    def _take(self, keys: Mapping[str, bytes], active: str) -> None:
        """Hold these keys too; what is held already stays, and the active one changes when all are there."""
        self._keys |= keys
        self._ciphers |= {key_id: AESGCM(_derive(key, b"seal")) for key_id, key in keys.items()}
        self._signers |= {key_id: _derive(key, b"sign") for key_id, key in keys.items()}
        self.active = active

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The opaque names of all keys, oldest first."""
        return tuple(self._keys)

    @classmethod
    def generate(cls) -> Self:
        """A ring with one fresh key, in memory."""
        family = f"k{secrets.token_hex(4)}"
        key_id = _fresh_id(family)
        return cls({key_id: secrets.token_bytes(KEY_BYTES)}, key_id, family)

    def rotated(self) -> "KeyRing":
        """This ring with a fresh active key after the others."""
        key_id = _fresh_id(self.family)
        return KeyRing({**self._keys, key_id: secrets.token_bytes(KEY_BYTES)}, key_id, self.family)

    def may_hold(self, key_id: str) -> bool:
        """Whether a key of this name is, or could be, one of this installation's."""
        return key_id in self._keys or key_id.startswith(self.family)

    @classmethod
    def load(cls, path: Path) -> Self:
        """The ring in a file that only its owner can read."""
        try:
            found_there = path.stat()
            mode = stat.S_IMODE(found_there.st_mode)
            if mode & 0o077:
                raise KeyRingError(f"{path} can be read by others (mode {mode:04o}): run 'chmod 600 {path}'.")
            found = json.loads(path.read_bytes())
            keys = {str(key_id): base64.b64decode(key, validate=True) for key_id, key in found["keys"].items()}
            ring = cls(keys, str(found["active"]), str(found.get("family", "")))
        except FileNotFoundError:
            raise KeyRingError(f"There is no key file at {path}: set ST_KEY_RING_FILE to where it is.") from None
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
            raise KeyRingError(f"{path} is not a key file: restore it from its backup.") from None
        ring._file, ring._state = path, _state(found_there)
        return ring

    def refresh(self) -> None:
        """Take up what was added to the ring's file since it was read; a file that cannot be read now adds nothing."""
        with suppress(OSError, KeyRingError):
            if self._file is not None and _state(self._file.stat()) != self._state:
                self._become(type(self).load(self._file))

    def _become(self, newer: Self) -> None:
        """Take another reading of the same file; another installation's ring there changes nothing."""
        self._state = newer._state
        if newer.family == self.family:
            self._take(newer._keys, newer.active)

    @classmethod
    def load_or_create(cls, path: Path) -> Self:
        """The ring in the file, which is made with one fresh key if there is none."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
            cls.generate().write_new(draft)
            try:
                path.hardlink_to(draft)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return cls.load(path)

    def save(self, path: Path) -> None:
        """Put this ring in place of the one in the file, all at once."""
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        self.write_new(draft)
        draft.replace(path)

    def write_new(self, path: Path) -> None:
        """Write this ring to a file that is not there yet, readable by its owner alone."""
        keys = {key_id: base64.b64encode(key).decode() for key_id, key in self._keys.items()}
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            json.dump({"family": self.family, "active": self.active, "keys": keys}, file, indent=2)
            file.flush()
            os.fsync(file.fileno())

    def encrypt(self, data: bytes, bound_to: bytes) -> tuple[str, bytes]:
        """The active key's id, and nonce and ciphertext that open only with the same `bound_to`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return self.active, nonce + self._ciphers[self.active].encrypt(nonce, data, bound_to + self.active.encode())

    def decrypt(self, key_id: str, data: bytes, bound_to: bytes) -> bytes:
        """What `encrypt` was given; raises UnknownKeyError or UnreadableError."""
        if key_id not in self._ciphers:
            self.refresh()
        if key_id not in self._ciphers:
            raise UnknownKeyError(key_id)
        try:
            return self._ciphers[key_id].decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], bound_to + key_id.encode())
        except (InvalidTag, ValueError):
            raise UnreadableError("The sealed bytes are damaged, or were sealed for another purpose.") from None

    def seal(self, data: bytes, purpose: str) -> bytes:
        """Bytes for one column of the store: key id, nonce, ciphertext."""
        key_id, sealed = self.encrypt(data, b"column:" + purpose.encode() + b":")
        return key_id.encode() + b":" + sealed

    def unseal(self, sealed: bytes, purpose: str) -> bytes:
        """What was sealed for the same purpose; raises UnknownKeyError or UnreadableError."""
        key_id, colon, rest = sealed.partition(b":")
        if not colon or not key_id.isalnum():
            raise UnreadableError("The sealed bytes are damaged, or were sealed for another purpose.")
        return self.decrypt(key_id.decode("ascii", "replace"), rest, b"column:" + purpose.encode() + b":")

    def sign(self, data: bytes, purpose: str = "act") -> str:
        """The key's id and an HMAC-SHA256 of the data for one purpose."""
        return f"{self.active}.{self._tag(self.active, data, purpose)}"

    def verify(self, data: bytes, signature: str, purpose: str = "act") -> bool:
        """Whether a key of this ring signed exactly this data for this purpose."""
        key_id, _, tag = signature.partition(".")
        if key_id not in self._signers:
            self.refresh()
        return key_id in self._signers and hmac.compare_digest(
            self._tag(key_id, data, purpose).encode(), tag.encode("utf-8", "replace")
        )

    def _tag(self, key_id: str, data: bytes, purpose: str) -> str:
        tag = hmac.digest(self._signers[key_id], purpose.encode() + b"\0" + data, sha256)
        return base64.urlsafe_b64encode(tag).rstrip(b"=").decode()


def _state(found: os.stat_result) -> tuple[int, int]:
    """What is another once a file was replaced."""
    return found.st_ino, found.st_mtime_ns


def _derive(key: bytes, use: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"structured-treatments:" + use).derive(key)


def _fresh_id(family: str) -> str:
    return f"{family or 'k'}{secrets.token_hex(4)}"
