"""From a patient's phone to the course and back, over real HTTP, a real store and a real server."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.testing import TimeSkipper
from typing_extensions import override

from activities.ports import Contact, Medium
from adapters.keyring import KeyRing
from adapters.settings import Settings, load_settings
from adapters.store.messages.inbox import Item, ItemKind
from adapters.web.http import FormServer
from course.acts.catalogue import Act
from course.model.messages import Receipt
from course.model.record import CourseRecord
from course.model.terms import Role, TaskKind
from services.courses import Courses, NoServerError
from services.replies.carrier import Carrier
from services.replies.posts import PostHandler
from tests.support.outside.posts import PUBLIC, post
from tests.support.outside.texting import ACCOUNT, NUMBER, SID, TOKEN, TextService
from tests.support.served import ADDRESS, NAME, Served, house_of, worked
from tests.webhook.conftest import PHONE

WORDS = "quetzalcoatl dreams of birds"


class Unreachable(Courses):
    """No server answers."""

    @override
    async def act(self, course_id: str, act: Act) -> Receipt:
        """Fail as the gateway does."""
        raise NoServerError("the Temporal server does not answer: start it with `make up`")


@pytest.fixture
async def served(
    settings: Settings, skipper: TimeSkipper, keyring: KeyRing, text_service: TextService
) -> AsyncIterator[Served]:
    """A cleared course whose patient prefers text messages."""
    fields = {"sms_url": text_service.url, "sms_account": ACCOUNT, "sms_token": TOKEN, "sms_from": NUMBER}
    whole = load_settings(
        None, data_folder=settings.data_folder, task_queue=settings.task_queue, sms_webhook_url=PUBLIC, **fields
    ).model_copy(update={"graceful_shutdown_seconds": 1})
    async with house_of(whole, skipper, keyring) as app, worked(app):
        served = await Served.begin(app, skipper)
        patient_id = (await served.record()).patient_id
        await app.store.contacts.put(patient_id, Contact(email=ADDRESS, phone=PHONE, preferred=Medium.SMS))
        await served.do("contact", Role.PATIENT, sms=True)
        await served.clear()
        yield served


@asynccontextmanager
async def webhook(served: Served) -> AsyncIterator[int]:
    """Door, desk and carrier, as the command runs them; gives the port."""
    app = served.app
    carrier = Carrier(Courses(app))
    desk = PostHandler(app.store, app.texts, "northside", token=TOKEN, public_url=PUBLIC, stir=carrier.stir)
    async with FormServer(desk.handlers()).listening("127.0.0.1", 0) as port:
        carrying = asyncio.create_task(carrier.keep_carrying())
        yield port
        carrying.cancel()
        with suppress(asyncio.CancelledError):
            await carrying


async def carried(served: Served) -> CourseRecord:
    """The course once it has taken everything that lies in the store."""
    async with asyncio.timeout(20):
        for store in itertools.repeat(served.app.store):
            if not (await store.inbox.waiting() or await store.receipts.returned()):
                break
            await asyncio.sleep(0.05)
    return await served.record()


async def test_stop_stops_at_once_and_once(served: Served, text_service: TextService) -> None:
    """The word ends all messages on the course; posted again it is answered the same and applied no second time."""
    form = {"MessageSid": f"{SID}0", "From": PHONE, "Body": "stop"}
    async with webhook(served) as port:
        first = await post(port, "/inbound", form)
        record = await carried(served)
        assert record.messaging.opted_out_at is not None
        assert record.entries[-1].by == "the patient"
        again = await post(port, "/inbound", form)
        assert (again, again.status) == (first, 200)
        assert (await carried(served)).entry_count == record.entry_count
    taken = len(text_service.taken)
    monday = await served.next_monday()
    await served.do("schedule", Role.COORDINATOR, first=monday)
    await served.go_to(monday)
    assert len(text_service.taken) == taken
    assert any(task.kind is TaskKind.CALL_INSTEAD for task in (await served.record()).tasks)


async def test_cancel_stops_messages_and_is_asked_about(served: Served) -> None:
    """A patient who may have meant the visit: nothing more is sent, and somebody calls about it."""
    await served.do("schedule", Role.COORDINATOR, first=await served.next_monday())
    async with webhook(served) as port:
        answered = await post(port, "/inbound", {"MessageSid": f"{SID}0", "From": PHONE, "Body": "Cancel"})
        record = await carried(served)
    assert "you will get no more messages" in answered.body
    assert record.messaging.opted_out_at is not None
    (task,) = [task for task in record.tasks if task.kind is TaskKind.VISIT_MEANT]
    assert "ask whether session s1" in task.text
    assert record.open_sessions[0].id == "s1"


async def test_other_words_are_read_by_a_person(served: Served) -> None:
    """A task says that the patient wrote; what, stands sealed in the store alone."""
    async with webhook(served) as port:
        await post(port, "/inbound", {"MessageSid": f"{SID}0", "From": PHONE, "Body": WORDS})
        record = await carried(served)
    (task,) = [task for task in record.tasks if task.kind is TaskKind.REPLY]
    assert task.text == "the patient wrote: read it with `inbox`"
    everything = record.model_dump_json() + str(await served.handle.fetch_history())
    assert not [word for word in (WORDS, PHONE, NAME) if word in everything]
    (item,) = await served.app.store.inbox.of_course(served.handle.id)
    assert (item.content, item.taken_at is not None) == (WORDS, True)


async def test_a_text_message_that_came_back_is_a_call(served: Served, text_service: TextService) -> None:
    """Sent by text message, lost by the network: the ledger keeps the receipt, and somebody is to call."""
    monday = await served.next_monday()
    await served.do("schedule", Role.COORDINATOR, first=monday)
    await served.go_to(monday - timedelta(hours=60))
    sent = next(row for row in await served.app.store.sends.of_course(served.handle.id) if row.channel == "sms")
    form = text_service.taken[int(sent.provider_id.removeprefix(SID)) - 1]
    assert (form["To"], form["StatusCallback"]) == (PHONE, f"{PUBLIC}/status")
    assert form["Body"] == sent.body.strip()
    async with webhook(served) as port:
        receipt = {"MessageSid": sent.provider_id, "MessageStatus": "undelivered", "ErrorCode": "30003", "To": PHONE}
        for _ in range(2):
            assert (await post(port, "/status", receipt)).status == 204
        record = await carried(served)
    (task,) = [task for task in record.tasks if task.kind is TaskKind.FAILED_MESSAGE]
    assert task.text.endswith("message was not delivered: call the patient")
    kept = next(row for row in await served.app.store.sends.of_course(served.handle.id) if row.receipt)
    assert (kept.occasion, kept.receipt) == (sent.occasion, "undelivered")


async def test_what_no_course_can_take_now_waits(served: Served) -> None:
    """An opt-out lies in the store while no server answers, then the next round takes it; a course gone needs none."""
    store, patient_id = served.app.store, (await served.record()).patient_id
    gone = await store.directory.begin_course(patient_id, "crps", "northside", datetime.now(UTC), beside=True)
    await store.inbox.put(Item("SM12:p-1", patient_id, gone.course_id, ItemKind.REPLY, datetime.now(UTC), "Quit"))
    await Carrier(Unreachable(served.app)).carry()
    assert len(await store.inbox.waiting()) == 1
    await Carrier(Courses(served.app)).carry()
    assert await store.inbox.waiting() == ()
    assert (await served.record()).messaging.opted_out_at is not None
