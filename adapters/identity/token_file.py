"""Where the token of a sign-in is kept on one machine: a file that opens on this machine, under this account, alone."""

import base64
import binascii
import os
import secrets
import stat
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from uuid import getnode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.brake import Place
from adapters.identity.refusals import IdentityError

MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
NONCE_BYTES = 12


def keep_token(path: Path, token: str) -> None:
    """Write the token to a file that its owner alone can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    nonce = secrets.token_bytes(NONCE_BYTES)
    kept = base64.b64encode(nonce + AESGCM(_here()).encrypt(nonce, token.encode(), None)).decode()
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(kept)
    draft.replace(path)


def kept_token(path: Path) -> str:
    """The token in a file; raises IdentityError."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise IdentityError(f"{path} can be read by others (mode {mode:04o}): run 'chmod 600 {path}'.")
        kept = base64.b64decode(path.read_text(encoding="ascii").strip(), validate=True)
        return AESGCM(_here()).decrypt(kept[:NONCE_BYTES], kept[NONCE_BYTES:], None).decode()
    except FileNotFoundError:
        raise IdentityError("Nobody is signed in here: sign in with `starter.py login ACCOUNT`.") from None
    except InvalidTag:
        raise IdentityError("This sign-in was made on another machine: sign in here.") from None
    except (OSError, ValueError, binascii.Error):
        raise IdentityError(f"{path} is not a sign-in: sign in again.") from None


def this_machine() -> Place:
    """Where somebody types who sits at this machine."""
    return Place(device=_here().hex())


def _here() -> bytes:
    """What tells this machine, and the account of its operating system, from others."""
    machine = f"{getnode():x}"
    for path in MACHINE_IDS:
        with suppress(OSError):
            machine = path.read_text(encoding="ascii").strip() or machine
            break
    return sha256(f"structured-treatments:sign-in\0{machine}\0{os.getuid()}".encode()).digest()
