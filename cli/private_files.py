"""Files with patient data, which nobody else may read."""

import os
from pathlib import Path

from services.errors import ServiceError


def write_private(file: Path, option: str, text: str) -> None:
    """Write a file that nobody else may read, in place of the one before; `option` is how it was named."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.unlink(missing_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as written:
            written.write(text)
    except OSError as error:
        raise ServiceError(f"{file} cannot be written ({error.strerror}): name another file with {option}") from None
