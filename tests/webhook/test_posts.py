import asyncio
import logging
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from activities.ports import Contact, Letter, Medium, SendStatus
from adapters.store.messages.receipts import Receipt
from adapters.web.signature import fields, signature
from course.model.messages import Part, SendOrder
from course.model.terms import Audience, OccasionKind, OccasionState
from tests.support.outside.posts import post, said, signed
from tests.support.outside.texting import ACCOUNT, SID
from tests.webhook.conftest import PHONE, Desk

NOW = datetime(2027, 3, 15, 13, tzinfo=UTC)
WORDS = "I cannot sleep since Tuesday & I am <afraid> 🌧"
INBOUND = {"MessageSid": f"{SID}0", "AccountSid": ACCOUNT, "From": PHONE, "To": "+12125550100", "Body": WORDS}
CRISIS = "In a crisis call or text 988, in an emergency 911."


def test_signatures_are_twilios() -> None:
    """The two examples that Twilio's manual and its own libraries' tests give."""
    for number, right in (
        ("+14158675309", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("+12349013030", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
    ):
        quoted = number.replace("+", "%2B")
        body = f"To=%2B18005551212&From={quoted}&Digits=1234&Caller={quoted}&CallSid=CA1234567890ABCDE"
        url = "https://mycompany.com/myapp.php?foo=1&bar=2"
        assert signature("12345", url, fields(body.encode())) == right


async def test_an_answer_is_kept_sealed_and_answered_with_the_crisis_line(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """Posted three times, two at once, it is one item and one answer; its words and number are in no log line."""
    caplog.set_level(logging.DEBUG)
    answers = [await post(desk.port, "/inbound", INBOUND)]
    answers += await asyncio.gather(*(post(desk.port, "/inbound", INBOUND) for _ in range(2)))
    assert {one.status for one in answers} == {200}
    assert answers[0].headers["content-type"] == "text/xml; charset=utf-8"
    (body,) = {one.body for one in answers}
    assert CRISIS in body
    assert "Westside" in body
    assert body.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<Response><Message>')
    (item,) = await desk.store.inbox.waiting()
    assert (item.item_id, item.course_id) == (f"{SID}0:{desk.patient_id}", desk.course_id)
    assert item.content == WORDS
    assert desk.dirty
    assert not [word for word in (PHONE, "Tuesday", "Zephyrine") if word in caplog.text]


async def test_other_words_under_the_same_id_change_nothing(desk: Desk) -> None:
    """The first words stand."""
    await post(desk.port, "/inbound", INBOUND)
    again = await post(desk.port, "/inbound", {**INBOUND, "Body": "STOP"})
    assert again.status == 200
    assert [one.content for one in await desk.store.inbox.waiting()] == [WORDS]


@pytest.mark.parametrize("word", ["HELP", "ayuda", "Info."])
async def test_help_is_answered_and_read(desk: Desk, word: str) -> None:
    """Who writes, whom to call, how to stop; and a person reads it, for somebody may need help."""
    answered = await post(desk.port, "/inbound", {**INBOUND, "Body": word})
    text = "Westside: texts about your visits. Call +1 213 555 0100. "
    assert f"<Message>{text}{CRISIS}\nSTOP ends texts.</Message>" in answered.body
    assert [one.content for one in await desk.store.inbox.waiting()] == [word]


async def test_a_spanish_patient_is_answered_in_spanish(desk: Desk) -> None:
    """ALTO ends messages too, in the language in which the patient is written to."""
    await desk.store.contacts.put(desk.patient_id, Contact(phone=PHONE, language="es"))
    answered = await post(desk.port, "/inbound", {**INBOUND, "Body": "Alto"})
    assert "no recibirá más mensajes" in answered.body.replace("recibira mas", "recibirá más")


async def test_a_stop_through_two_proxies_is_kept(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Each proxy adds a line of its own to a header that lists; two signatures or lengths stay refused, and logged."""
    form = {**INBOUND, "Body": "STOP"}
    body = urlencode(form).encode()
    lines = ["X-Forwarded-For: 203.0.113.9", "x-forwarded-for: 10.0.0.7", "Via: 1.1 a", "Via: 1.1 b"]
    given = f"X-Twilio-Signature: {signed('/inbound', form)}"

    def raw(*more: str) -> bytes:
        head = "\r\n".join(("POST /inbound HTTP/1.1", *lines, given, *more, f"Content-Length: {len(body)}"))
        return head.encode() + b"\r\n" + FORM + b"\r\n" + body

    assert (await said(desk.port, raw())).status == 200
    assert [one.content for one in await desk.store.inbox.waiting()] == ["STOP"]
    for twice in (given, f"Content-Length: {len(body)}", "Content-Type: text/plain"):
        assert (await said(desk.port, raw(twice))).status == 400
    logged = capsys.readouterr().out
    assert logged.count("a request was refused") == 3
    assert not [word for word in (PHONE, PHONE[1:], "203.0.113.9", "STOP") if word in logged]


async def test_two_patients_of_one_phone_are_both_heard(desk: Desk) -> None:
    """A family's phone: what ends messages ends them for each."""
    other = await desk.store.directory.add_patient("Octavian Quillfeather", NOW.date())
    await desk.store.contacts.put(other.patient_id, Contact(phone=PHONE))
    await desk.store.directory.begin_course(other.patient_id, "crps", "northside", NOW)
    answered = await post(desk.port, "/inbound", {**INBOUND, "Body": " Stop. "})
    assert "you will get no more messages" in answered.body
    assert {one.patient_id for one in await desk.store.inbox.waiting()} == {desk.patient_id, other.patient_id}


async def test_an_unknown_number_is_answered_and_nothing_else(desk: Desk) -> None:
    """The crisis line, and no trace."""
    for sender in ("+19995550000", "", "anonymous"):
        answered = await post(desk.port, "/inbound", {**INBOUND, "From": sender})
        assert (answered.status, CRISIS in answered.body) == (200, True)
    assert await desk.store.inbox.waiting() == ()
    assert not desk.dirty


@pytest.mark.parametrize(
    "given",
    [
        "",
        "AAAA",
        "é" * 28,
        signed("/inbound", INBOUND, token="another"),
        signed("/inbound", {**INBOUND, "Body": "STOP"}),
        signed("/status", INBOUND),
        signed("/inbound?x=1", INBOUND),
    ],
)
async def test_a_wrong_signature_changes_nothing(desk: Desk, given: str) -> None:
    """None, junk, another token, another content, another path: 403, and the store is as it was."""
    answered = await post(desk.port, "/inbound", INBOUND, signature=given)
    assert (answered.status, answered.body) == (403, "")
    assert await desk.store.inbox.waiting() == ()
    assert not desk.dirty


async def test_bytes_that_are_no_text_are_kept_as_far_as_they_go(desk: Desk) -> None:
    """A signed body in another encoding, with zeros and half escapes, breaks nothing."""
    body = b"MessageSid=SM12&From=%2B12125550123&Body=caf%E9%00%ZZ+%ed%a0%80"
    given = signature("made-up-token", "https://clinic.example/texts/inbound?a=b", fields(body))
    head = f"POST /inbound?a=b HTTP/1.1\r\nX-Twilio-Signature: {given}\r\nContent-Length: {len(body)}\r\n"
    form = "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    assert (await said(desk.port, (head + form).encode() + body)).status == 200
    (item,) = await desk.store.inbox.waiting()
    assert item.content.startswith("caf\ufffd\x00%ZZ \ufffd")


FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"GET /inbound HTTP/1.1\r\n\r\n", 405),
        (b"DELETE /status HTTP/1.1\r\n\r\n", 405),
        (b"POST /admin HTTP/1.1\r\n\r\n", 404),
        (b"POST /inbound/../status HTTP/1.1\r\n\r\n", 404),
        (b"POST http://x/inbound HTTP/1.1\r\n\r\n", 400),
        (b"POST /inbound HTTP/2.0\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", 400),
        (b"POST /inbound HTTP/1.1\r\n" + FORM + b"\r\n", 411),
        (b"POST /inbound HTTP/1.1\r\n" + FORM + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\na=b", 411),
        (b"POST /inbound HTTP/1.1\r\n" + FORM + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\na=b", 400),
        (b"POST /inbound HTTP/1.1\r\n" + FORM + b"Content-Length: -3\r\n\r\na=b", 400),
        (b"POST /inbound HTTP/1.1\r\n" + FORM + b"X-Bad : 1\r\nContent-Length: 3\r\n\r\na=b", 400),
        (b"POST /inbound HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", 415),
        (b"POST /inbound HTTP/1.1\r\nX: " + b"x" * 40_000 + b"\r\n\r\n", 431),
        (b"POST /inbound HTTP/1.1\r\n" + FORM + b"Content-Length: 1048576\r\n\r\n" + b"a" * 1_048_576, 413),
        (b"POST /inbound HTTP/1.1\r\n" + FORM + b"Content-Length: 999\r\n\r\na=", 408),
        (b"POST /inbound HTTP/1.1\r\n" + FORM + b"Content-Length: 1200\r\n\r\n" + b"a=b&" * 300, 400),
    ],
)
async def test_what_is_no_decent_post_is_refused(desk: Desk, raw: bytes, status: int) -> None:
    """Method, path, length, size, type and form are each answered in their own way, and the next post is taken."""
    answered = await said(desk.port, raw)
    assert (answered.status, answered.body) == (status, "")
    assert (answered.headers.get("allow") == "POST") == (status == 405)
    assert (await post(desk.port, "/inbound", INBOUND)).status == 200


async def test_callers_who_dawdle_keep_nobody_out(desk: Desk) -> None:
    """However many say nothing, whoever asks is answered: the one who was silent longest makes room."""
    idle = [await asyncio.open_connection("127.0.0.1", desk.port) for _ in range(100)]
    assert (await post(desk.port, "/inbound", INBOUND)).status == 200
    ended = [await _ending(reader) for reader, _ in idle]
    assert ended[-1].startswith(b"HTTP/1.1 408")
    assert ended.count(b"") >= 95
    for _, writer in idle:
        writer.transport.abort()
    assert (await post(desk.port, "/inbound", INBOUND)).status == 200


async def _ending(reader: asyncio.StreamReader) -> bytes:
    """What a caller is left with: an answer, or nothing where the connection was cut."""
    try:
        return await reader.read()
    except ConnectionError:
        return b""


def order(desk: Desk) -> SendOrder:
    """A message of two parts."""
    kinds = (OccasionKind.VISIT_2H, OccasionKind.MEASURE)
    parts = tuple(Part(occasion=f"s1/{kind}/1", kind=kind) for kind in kinds)
    ids = {"course_id": desk.course_id, "patient_id": desk.patient_id, "site": "westside"}
    return SendOrder.model_validate({**ids, "audience": Audience.PATIENT, "parts": parts, "as_of": NOW, "sms": True})


async def hand_over(desk: Desk, provider_id: str) -> None:
    """The ledger notes a text message that was handed over."""
    letter = Letter("id", Medium.SMS, PHONE, "", "See you", "Your clinic", NOW)
    await desk.store.sends.begin(order(desk), letter, None, NOW)
    sent = SendStatus(order(desk).key, OccasionState.SENT, channel="sms")
    await desk.store.sends.settle(order(desk), sent, NOW, provider_id)


async def test_a_receipt_is_kept_with_its_message(desk: Desk) -> None:
    """The first final one stands, whatever comes late or again; one that came back is told with its own part first."""
    await hand_over(desk, f"{SID}1")
    receipt = {"MessageSid": f"{SID}1", "MessageStatus": "sent", "To": PHONE}
    for state in ("queued", "sent", "undelivered", "delivered", "sent", "undelivered", "invented"):
        assert (await post(desk.port, "/status", {**receipt, "MessageStatus": state})).status == 204
    (row,) = await desk.store.sends.of_course(desk.course_id)
    assert (row.state, row.receipt) == (OccasionState.SENT, Receipt.UNDELIVERED)
    assert row.receipt_at is not None
    (returned,) = await desk.store.receipts.returned()
    assert returned.occasions == ("s1/visit_2h/1", "s1/measure/1")
    await desk.store.receipts.take(returned, NOW)
    assert await desk.store.receipts.returned() == ()


async def test_a_receipt_may_overtake_the_ledger(desk: Desk) -> None:
    """It waits for the note of its message; of a message that nobody sent it is not found, and leaves nothing."""
    form = {"MessageSid": f"{SID}2", "MessageStatus": "delivered"}
    early = asyncio.create_task(post(desk.port, "/status", form))
    await asyncio.sleep(0.3)
    await hand_over(desk, f"{SID}2")
    assert (await early).status == 204
    (row,) = await desk.store.sends.of_course(desk.course_id)
    assert row.receipt == "delivered"
    assert (await post(desk.port, "/status", {**form, "MessageSid": "SM99"})).status == 404
