from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from activities.ports import Letter, Medium, NotAcceptedError, RefusedForGoodError, UnknownDeliveryError
from adapters.channels.sms import Sms, SmsService
from adapters.settings import Settings, load_settings
from adapters.working import channels_of
from tests.support.outside.texting import ACCOUNT, NUMBER, SID, TOKEN, Manner, TextService

LETTER = Letter(
    id="0123abcd",
    medium=Medium.SMS,
    to="+12125550123",
    subject="",
    body="Northside: your visit is on Monday, naïve: 50% & more + plus.\n",
    sender="Your clinic",
    as_of=datetime(2027, 3, 15, 13, tzinfo=UTC),
)


def sms(url: str, *, seconds: float = 5, **but: Any) -> Sms:
    """A channel to the test's service."""
    service = SmsService(url, ACCOUNT, TOKEN, NUMBER, connect_seconds=seconds, answer_seconds=seconds)
    return Sms(replace(service, **but))


async def test_a_text_message_arrives_as_it_was_written(text_service: TextService) -> None:
    """Account and token by basic auth, number, sender and every letter of the text; the answer's sid comes back."""
    assert await sms(f"{text_service.url}/behind/").deliver(LETTER) == f"{SID}1"
    pool = sms(text_service.url, sender=f"MG{'0' * 32}", status_url="https://clinic.example/status")
    assert await pool.deliver(LETTER) == f"{SID}2"
    body = LETTER.body.strip()
    assert text_service.taken == [
        {"To": LETTER.to, "From": NUMBER, "Body": body},
        {
            "To": LETTER.to,
            "MessagingServiceSid": f"MG{'0' * 32}",
            "Body": body,
            "StatusCallback": "https://clinic.example/status",
        },
    ]
    assert text_service.accounts == [f"{ACCOUNT}:{TOKEN}"] * 2
    assert text_service.paths == [
        f"POST {prefix}/2010-04-01/Accounts/{ACCOUNT}/Messages.json HTTP/1.1" for prefix in ("/behind", "")
    ]


@pytest.mark.parametrize(
    ("status", "value", "error"),
    [
        (400, {"code": 21610, "message": f"{LETTER.to} unsubscribed"}, RefusedForGoodError),
        (400, {"code": 21211, "message": f"not a number: {LETTER.to}"}, RefusedForGoodError),
        (400, {"code": 21614}, RefusedForGoodError),
        (400, {"code": 21606}, NotAcceptedError),
        (400, b"<html>", NotAcceptedError),
        (401, {"code": 20003}, NotAcceptedError),
        (302, b"", NotAcceptedError),
        (429, {"code": 20429}, NotAcceptedError),
        (500, b"[" * 60_000, NotAcceptedError),
        (503, {"code": 21610}, NotAcceptedError),
        (502, b"", UnknownDeliveryError),
        (504, b"", UnknownDeliveryError),
        (200, b"<html>Welcome to our wireless network</html>", UnknownDeliveryError),
        (201, {"sid": "a b"}, UnknownDeliveryError),
    ],
)
async def test_what_an_answer_means(
    text_service: TextService, status: int, value: object, error: type[Exception]
) -> None:
    """Bad numbers never; a service that is busy, broken or not set up, again; a yes without an id, nobody knows."""
    text_service.answer = (status, value)
    with pytest.raises(error) as failed:
        await sms(text_service.url).deliver(LETTER)
    shown = f"{failed.value!r} {failed.value.__cause__!r}"
    assert not [word for word in (LETTER.to, "Monday", TOKEN, "unsubscribed") if word in shown]


@pytest.mark.parametrize(
    "manner",
    [
        Manner.HANGS_UP_AFTER_READING,
        Manner.SILENT_AFTER_READING,
        Manner.STOPS_IN_ITS_ANSWER,
        Manner.READS_NOTHING,
    ],
)
async def test_a_service_lost_after_the_request_leaves_it_unknown(text_service: TextService, manner: Manner) -> None:
    """Once the first byte has gone, only an answer says what became of the message."""
    text_service.manner = manner
    with pytest.raises(UnknownDeliveryError):
        await sms(text_service.url, seconds=0.5).deliver(LETTER)


async def test_a_service_never_reached_took_nothing(text_service: TextService, unused_port: int) -> None:
    """Nobody listens, no such host, or no TLS where it is asked for: the request was never begun."""
    for url in (
        f"http://127.0.0.1:{unused_port}",
        "https://sms.invalid",
        text_service.url.replace("http:", "https:"),
    ):
        with pytest.raises(NotAcceptedError, match="could not be reached"):
            await sms(url, seconds=2).deliver(LETTER)
    assert text_service.taken == []


def test_the_channel_is_there_only_when_it_is_set_up(settings: Settings) -> None:
    """Without a URL a text message has no way out and becomes a call; with one it has, beside either e-mail."""
    assert list(channels_of(settings)) == [Medium.EMAIL]
    fields = {"sms_url": "https://sms.example", "sms_account": ACCOUNT, "sms_token": TOKEN, "sms_from": NUMBER}
    whole = load_settings(None, data_folder=settings.data_folder, **fields)
    channel = channels_of(whole)[Medium.SMS]
    assert isinstance(channel, Sms)
    assert channel.service == SmsService("https://sms.example", ACCOUNT, TOKEN, NUMBER)
    assert TOKEN not in f"{whole!r} {channel.service!r}"
