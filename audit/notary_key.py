"""The notary's key: a file that its owner alone can read, in the form that Go's `note` package has."""

import base64
import os
import secrets
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.tlog.notes import ED25519, PrivateKey, is_name

PREFIX = "PRIVATE+KEY"


class NotaryError(Exception):
    """Why no checkpoint is made, in one sentence that names the first index or the file that is wrong."""


def fresh_key(name: str) -> PrivateKey:
    """A new key."""
    return PrivateKey(name, Ed25519PrivateKey.generate())


def load_key(path: Path) -> PrivateKey:
    """The key in a file; raises NotaryError where it is no key, or where others can read it."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise NotaryError(f"{path} can be read by others (mode {mode:04o}): run 'chmod 600 {path}'.")
    try:
        name, key_id, encoded = path.read_text("utf-8").strip().removeprefix(PREFIX).split("+", 3)[1:]
        material = base64.b64decode(encoded, validate=True)
        found = PrivateKey(name, Ed25519PrivateKey.from_private_bytes(material[1:]))
    except ValueError:
        raise NotaryError(f"{path} holds no notary key: restore it.") from None
    if material[:1] != ED25519 or not is_name(name) or found.public.id.hex() != key_id:
        raise NotaryError(f"{path} holds no notary key: restore it.")
    return found


def keep_key(path: Path, key: PrivateKey) -> None:
    """Write a key to a file of mode 0600, whole or not at all."""
    material = base64.b64encode(ED25519 + key.key.private_bytes_raw()).decode()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{PREFIX}+{key.name}+{key.public.id.hex()}+{material}\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
