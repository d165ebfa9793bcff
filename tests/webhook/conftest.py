"""A webhook on a free port, over stores on both databases."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest

from activities.ports import Contact
from adapters.clinic.texts import load_texts
from adapters.store import Store
from adapters.web.http import FormServer, Limits
from services.replies.posts import PostHandler
from tests.support.outside.mail import unused_port
from tests.support.outside.posts import PUBLIC
from tests.support.outside.texting import TOKEN, text_service
from tests.support.records import CLINIC_FOLDER, clinic
from tests.support.stores import postgres, store, store_url

__all__ = ["postgres", "store", "store_url", "text_service", "unused_port"]

PHONE = "+12125550123"


@dataclass
class Desk:
    """Where to post, what is in the store, and how often a course was to be told."""

    store: Store
    patient_id: str
    course_id: str
    port: int = 0
    dirty: list[str] = field(default_factory=list)


@pytest.fixture
async def desk(store: Store) -> AsyncIterator[Desk]:
    """One patient with a phone and a course at the westside."""
    patient = await store.directory.add_patient("Zephyrine Quillfeather", date(1981, 3, 14))
    await store.contacts.put(patient.patient_id, Contact(phone=PHONE))
    row = await store.directory.begin_course(patient.patient_id, "depression", "westside", datetime.now(UTC))
    here = Desk(store, patient.patient_id, row.course_id)
    texts = load_texts(CLINIC_FOLDER, clinic().sites)
    handlers = PostHandler(
        store, texts, "northside", token=TOKEN, public_url=f"{PUBLIC}/", stir=lambda: here.dirty.append("")
    ).handlers()
    limits = Limits(read_seconds=0.6, linger_seconds=0.5, connections=5)
    async with FormServer(handlers, limits).listening("127.0.0.1", 0) as here.port:
        yield here
