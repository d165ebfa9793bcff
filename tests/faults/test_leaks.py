"""Nothing that is kept names a patient: every byte of the server's files, the store's files, logs and metrics."""

import asyncio
import json
import logging
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from email import message_from_bytes, policy
from pathlib import Path
from urllib.request import urlopen

import pytest

from activities.ports import Contact
from adapters.store.drugs.ledger_rules import Move, MoveKind, Vial
from adapters.store.messages.inbox import Item, ItemKind
from course.model.terms import Role
from tests.support.faults.apart import set_up
from tests.support.life import STAFF
from tests.support.scanning import Scan
from tests.support.served import ADDRESS, NAME, RefusedError, Served

BORN, MRN, PHONE = "1984-05-04", "MRN-7070707-Q", "+12125557391"
HOME = "77 Xylophone Crescent"
NOTE, SIGNAL = "quetzalcoatl-dream-of-birds", "signalled-by-a-zeppelin"
REASON, REFUSED = "because-of-the-marmalade-incident", "refused-with-a-trombone"
DETAIL, LAB, LIMIT = "aunt-wilhelmina-plantagenet", "48151.62", "31415.93"
THERAPY, MEDICINE, AMOUNT = "ottoman-puppetry-therapy", "zyzzyvaprazine", "73.31 mg"
EVENT = "fell-over-a-harpsichord"
ANSWERS = (0, 1, 2, 3, 0, 1, 2, 3, 3)
AS_TEXT = "".join(str(one) for one in ANSWERS)
REPLY, SPILT, FOUND = "my-parrot-has-opinions", "spilt-on-a-pelican", "found-behind-the-gramophone"

ON_THE_PAGE = (NOTE, REASON, DETAIL, LAB, LIMIT, THERAPY, MEDICINE, AMOUNT, EVENT, AS_TEXT)
IN_THE_STORE = (NAME, BORN, MRN, PHONE, ADDRESS, HOME, REPLY, SPILT, FOUND)
AS_LISTS = (json.dumps(ANSWERS), json.dumps(ANSWERS, separators=(",", ":")))
PLANTED = (*ON_THE_PAGE, *IN_THE_STORE, *AS_LISTS, "Zebulon", "Quimby", "zebulon.quimby", SIGNAL, REFUSED)
SEALED = {
    *("patients.name", "patients.birth_date", "patients.mrn", "contacts.email", "contacts.phone"),
    *("sends.subject", "sends.body", "inbox.content", "drug_moves.reason", "addresses.address"),
    *("drug_discrepancies.resolution", "archive.history"),
}


async def stored(served: Served) -> None:
    """What the store keeps beside the courses: who and where a patient is, a reply, a spill and a missing rest."""
    store, now = served.app.store, await served.now()
    patient = (await store.directory.patients())[0]
    await store.directory.correct_patient(replace(patient, mrn=MRN))
    await store.contacts.put(patient.patient_id, Contact(email=ADDRESS, phone=PHONE))
    await store.drug_log.put_address(patient.patient_id, HOME)
    await store.inbox.put(Item("item-0001", patient.patient_id, served.handle.id, ItemKind.REPLY, now, REPLY))
    nurse, today = STAFF[Role.NURSE].account_id, now.date()
    vial = Vial(
        "v-leak", "northside", "ketamine hydrochloride", "injection", "12345-678-90", "LOT7", Decimal(50), Decimal(10),
        today + timedelta(days=365), multi_dose=True, received_at=now,
    )  # fmt: skip
    entry = Move(MoveKind.RECEIVED, vial.volume_ml, now, now, account_id=nurse, request_id="leak-receive")
    await store.drugs.receive(vial, entry, today)
    entry = replace(entry, vial_id=vial.vial_id, patient_id=patient.patient_id, course_id=served.handle.id)
    drawing = replace(entry, kind=MoveKind.DRAWN, ml=Decimal(2), session_id="s1", request_id="leak-draw")
    syringe = (await store.drugs.enter(drawing, today)).move.syringe_id
    spill = replace(entry, kind=MoveKind.WASTED, ml=Decimal(1), syringe_id=syringe, request_id="leak-waste")
    await store.drugs.enter(replace(spill, witness="lee", reason=SPILT), today)
    count = replace(entry, kind=MoveKind.COUNTED, ml=Decimal(7), request_id="leak-count")
    missing = (await store.drugs.enter(count, today)).discrepancy
    assert missing is not None
    await store.drugs.resolve(missing.discrepancy_id, "lee", FOUND, now)


async def lived(served: Served) -> None:
    """A course that was told everything that may not leak, with refusals, an escalation, letters and a turned page."""
    await served.do("note", text=NOTE)
    await served.do("gate", gate="escort", answer="yes", detail=DETAIL)
    await served.do("gate", gate="ecg", answer="yes", value=LAB, unit="ng/mL", upper_limit=LIMIT)
    await served.do("measure", Role.NURSE, instrument="phq9", answers=ANSWERS)
    await served.do("therapy", name=THERAPY, every_days=7, next_at=await served.now() + timedelta(days=3))
    await served.do("medicine", name=MEDICINE, now=AMOUNT, starts=await served.now())
    await served.do("event", Role.NURSE, adverse={"term": EVENT, "severity": "mild"})
    await served.do("acknowledge", reason=REASON)
    await served.do("hold", cause="patient", reason=REASON)
    with pytest.raises(RefusedError):
        await served.do("discharge", Role.NURSE, reason=REFUSED)
    await served.handle.signal("evaluation_submitted", {"decision": SIGNAL, "reason": SIGNAL})
    await served.handle.signal(SIGNAL.replace("-", "_"), SIGNAL)
    await served.wait(days=31)


async def planted(served: Served) -> None:
    """The course and the store do hold, for those who have the key, what the scan looks for; a run is archived."""
    page = (await served.record()).model_dump_json()
    assert [word for word in ON_THE_PAGE if word not in page] == []
    store = served.app.store
    (patient,), (line,) = await store.directory.patients(), await store.drug_log.syringes()
    (missing,) = await store.drug_log.discrepancies(open_only=False)
    contact = await store.contacts.of(patient.patient_id)
    homes = await store.drug_log.addresses((patient.patient_id,))
    (item,) = await store.inbox.of_course(served.handle.id)
    assert contact is not None
    held = (patient.name, f"{patient.birth_date}", patient.mrn, contact.phone, contact.email, *homes.values())
    assert (*held, item.content, *line.reasons, missing.resolution) == IN_THE_STORE
    assert len(await store.archive.runs(served.handle.id)) == 1


async def test_no_file_names_a_patient(tmp_path: Path, unused_port: int, caplog: pytest.LogCaptureFixture) -> None:
    """What was planted is in the letters to the patient as far as they need it, and nowhere else; the scan can see."""
    caplog.set_level(logging.DEBUG)
    scan, metrics = Scan(), f"127.0.0.1:{unused_port}"
    async with set_up(tmp_path, ST_LOG_LEVEL="debug", ST_METRICS_ADDRESS=metrics) as scene:
        await stored(scene.served)
        await lived(scene.served)
        await planted(scene.served)
        described = await scene.served.handle.describe()
        scan.take("described", described.raw_description.SerializeToString())
        scan.take("history", (await scene.served.handle.fetch_history()).to_json().encode())
        scan.take("metrics", await asyncio.to_thread(fetched, f"http://{metrics}/metrics"))
    scan.take("our log", caplog.text.encode())
    scan.take_folder(tmp_path, but=patients_letters(tmp_path))
    scan_can_see(scan)
    leaks = {word: places for word in PLANTED if (places := scan.found(word))}
    assert leaks == {}


def scan_can_see(scan: Scan) -> None:
    """What is kept in the clear on purpose is found in each place, so that a planted word would be found there too."""
    protocol = scan.found("depression")
    assert {"temporal.db", "store.db", "store.db:courses.protocol_id", "described", "history"} <= protocol
    assert "store.db:archive.history" in protocol, "an archived run is unpacked down to its payloads"
    assert "metrics" in scan.found("TreatmentCourse")
    assert "worker.log" in scan.found("worker polls")
    assert "our log" in scan.found("aiosqlite")
    assert {f"store.db:{column}" for column in SEALED} <= scan.pieces.keys()


def patients_letters(folder: Path) -> list[Path]:
    """The letters to the patient, who alone may be named; none of them says anything clinical."""
    letters = []
    for path in folder.rglob("*.eml"):
        letter = message_from_bytes(path.read_bytes(), policy=policy.default)
        if letter["To"] == ADDRESS:
            letters.append(path)
            words = " ".join(str(part.get_content()) for part in letter.walk() if not part.is_multipart())
            assert [word for word in PLANTED if word in words and word != ADDRESS] == []
    assert letters
    return letters


def fetched(url: str) -> bytes:
    """What a page says."""
    with urlopen(url, timeout=10) as page:  # noqa: S310  this machine's own
        content: bytes = page.read()
    return content
