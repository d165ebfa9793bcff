"""Nothing that is kept names a patient: every byte of the server's files, the store's files, logs and names."""

import logging
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from adapters.keyring import KeyRing
from adapters.server import embedded_server
from adapters.settings import Settings
from adapters.temporal import course_plugin
from course.terms import Role
from tests.support.served import ADDRESS, NAME, RefusedError, Served, house_of, worked

NOTE = "quetzalcoatl-dream-of-birds"
REASON = "because-of-the-marmalade-incident"
DETAIL = "aunt-wilhelmina-plantagenet"
ANSWERS = "012301230"
PLANTED = (NAME, "Zebulon", "Quimby", ADDRESS, "zebulon.quimby", NOTE, REASON, DETAIL, "1984-05-04", ANSWERS)


async def lived(served: Served) -> None:
    """A course that was told everything that may not leak, with a refusal, an escalation and letters."""
    await served.do("note", text=NOTE)
    await served.do("gate", gate="escort", answer="yes", detail=DETAIL)
    await served.do("measure", Role.NURSE, instrument="phq9", answers=tuple(int(one) for one in ANSWERS[:-1] + "3"))
    await served.do("acknowledge", reason=REASON)
    await served.do("hold", cause="patient", reason=REASON)
    with pytest.raises(RefusedError):
        await served.do("discharge", Role.NURSE, reason=REASON)
    await served.handle.signal("evaluation_submitted", {"decision": NOTE, "reason": REASON})
    await served.wait(days=8)


async def test_no_file_names_a_patient(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Planted words are in the letters to the patient, and nowhere else."""
    caplog.set_level(logging.DEBUG)
    ring = KeyRing.generate()
    settings = Settings(_env_file=None, data_folder=tmp_path / "var", graceful_shutdown_seconds=1)
    async with embedded_server(tmp_path / "server") as server:
        client = await Client.connect(server.target, namespace=server.namespace, plugins=[course_plugin(ring)])
        skipper = TimeSkipper(
            client,
            config=TimeSkippingConfig(enabled=False, disable_propagation=True, max_session_skip_count=1_000_000),
        )
        async with house_of(settings, skipper, ring) as house, worked(house):
            served = await Served.begin(house, skipper)
            await lived(served)
            described = await served.handle.describe()
    scanned(tmp_path, f"{caplog.text} {described.raw_description.workflow_execution_info.search_attributes}")


def scanned(folder: Path, seen: str) -> None:
    """Look for every planted word in every byte and every name."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    letters = [path for path in files if path.suffix == ".eml"]
    assert any(ADDRESS.encode() in path.read_bytes() for path in letters), "the test must plant what it looks for"
    assert any(path.name == "temporal.db" for path in files)
    assert any(path.name.startswith("store.db") for path in files)
    for path in files:
        if path in letters:
            continue
        content = path.read_bytes()
        leaked = [word for word in PLANTED if word.encode() in content]
        assert not leaked, (path.name, leaked)
    seen += " ".join(str(path.relative_to(folder)) for path in files)
    assert not [word for word in PLANTED if word in seen]
