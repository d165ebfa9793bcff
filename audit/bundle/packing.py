"""The bundle as a zip: the same bytes for the same state, wherever and whenever it is made."""

import io
import json
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

BEGINS = (1980, 1, 1, 0, 0, 0)
"""The one time that every file in a bundle has."""

READABLE = 0o644 << 16
MANIFEST = "manifest.json"
VERIFIER = tuple(Path(__file__).with_name(name) for name in ("verify.py", "verify_log.py"))
JOINED = "from audit.bundle.verify_log import FORMLESS, Log, Report, canonical, verifies\n"
"""Where the second file stands in the first, once both are one."""

README = """Course {course}

This is what one course of treatment consists of, and what proves it.

  course.html          to read: who, outcome, sessions, everything that happened
  course.pdf           the same on paper
  course.ndjson        the same story, one JSON value a line
  fhir.json            the course as a FHIR R4 bundle, for other programs
  history/             each run of the course's workflow as recorded, readable
  archive/             the same runs as they were archived, encrypted; the log vouches for these bytes
  proof/checkpoint     what the log's notary signed: how many entries there were, and the hash over all of them
  proof/entries.ndjson every log entry about this course, each with its proof that it is under that hash
  proof/earlier.ndjson earlier checkpoints, each with its proof that the log only grew since
  manifest.json        the hash of every file here, who exported it and why; manifest.sig is their signature
  verify.py            checks all of it, offline: python verify.py BUNDLE.zip

Give verify.py the log's first key, as the clinic gave it to you (--key); without it, it believes the key in here. Give
it the newest checkpoint that you have from a witness (--checkpoint), so that nobody hands you an old bundle as new.
"""


SIGNATURE = "manifest.sig"
STATEMENT = b"structured-treatments bundle 1\n"


def verifier() -> bytes:
    """The verifier as one file, which needs nothing of this program."""
    whole, log = (path.read_text("utf-8") for path in VERIFIER)
    _, _, log = log.partition('"""\n\n')
    return whole.replace(JOINED, log).encode()


def with_manifest(files: Mapping[str, bytes], manifest: Mapping[str, object]) -> dict[str, bytes]:
    """The files, the verifier, and the manifest with the hash of each."""
    whole = {**files, "verify.py": verifier()}
    listed = {name: sha256(data).hexdigest() for name, data in sorted(whole.items())}
    text = json.dumps({**manifest, "files": listed}, sort_keys=True, indent=1, ensure_ascii=False)
    return {**whole, MANIFEST: f"{text}\n".encode()}


def statement(files: Mapping[str, bytes]) -> bytes:
    """What whoever exports signs: the hash of the manifest, and so of every file."""
    return STATEMENT + sha256(files[MANIFEST]).hexdigest().encode()


def packed(files: Mapping[str, bytes]) -> bytes:
    """The zip of these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as out:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, BEGINS)
            entry.external_attr, entry.compress_type, entry.create_system = READABLE, zipfile.ZIP_DEFLATED, 3
            out.writestr(entry, data)
    return made.getvalue()
