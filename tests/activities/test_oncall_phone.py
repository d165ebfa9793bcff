"""Who is on call is told by telephone first, and whatever is down stands nobody in the way."""

from dataclasses import replace

import pytest
from temporalio.exceptions import ApplicationError

from adapters.channels.sms import Sms, SmsService
from adapters.store.people.staff import Account
from course.model.terms import OccasionState
from tests.support.clinics import ADDRESS, DAY_BEFORE, MEASURE, Clinic
from tests.support.outside.mail import Mood
from tests.support.outside.texting import ACCOUNT, NUMBER, TOKEN, TextService

PHONES = {"lee": "+1 212 555 0101", "okafor": "+1 212 555 0102"}


@pytest.fixture
async def reached(here: Clinic, text_service: TextService) -> Clinic:
    """Two of the three on call have a telephone."""
    for account_id, phone in PHONES.items():
        account = await here.store.staff.account(account_id)
        assert isinstance(account, Account)
        await here.store.staff.change(replace(account, phone=phone))
    here.sms = Sms(SmsService(text_service.url, ACCOUNT, TOKEN, NUMBER, connect_seconds=2, answer_seconds=2))
    return here


async def test_a_telephone_is_told_first(reached: Clinic, text_service: TextService) -> None:
    """By its number, in the words that name no patient and no answer; who has none gets a letter."""
    outcomes = [await reached.send(reached.escalation(step)) for step in range(3)]
    assert [(one.to_account, one.channel) for one in outcomes] == [
        ("lee", "sms"),
        ("okafor", "sms"),
        ("ortiz", "email"),
    ]
    assert [one["To"] for one in text_service.taken] == ["+12125550101", "+12125550102"]
    value = text_service.taken[0]["Body"]
    assert value == "Northside: course c-1 needs a clinician, urgent. Please open it and acknowledge."


async def test_mail_stands_in_for_the_telephone(reached: Clinic, text_service: TextService) -> None:
    """Where text messages are not accepted the same person gets a letter at once."""
    text_service.answer = (503, b"")
    outcome = await reached.send(reached.escalation())
    assert (outcome.to_account, outcome.channel) == ("lee", "email")
    assert reached.told() == ["lee@clinic.example"]


async def test_the_next_one_is_told_while_the_first_cannot_be(reached: Clinic, text_service: TextService) -> None:
    """No half hour passes: the first by dead mail, the second by telephone, and the ledger names who was told."""
    lee = await reached.store.staff.account("lee")
    assert lee is not None
    await reached.store.staff.change(replace(lee, phone=""))
    reached.office.mood = Mood.RCPT_LATER
    outcome = await reached.send(reached.escalation())
    assert (outcome.to_account, outcome.channel) == ("okafor", "sms")
    assert await reached.states() == [("e1/escalation/1", OccasionState.SENT)]
    (row,) = await reached.store.sends.of_course("c-1")
    assert (row.to_account, row.channel) == ("okafor", "sms")
    assert len(text_service.taken) == 1


async def test_with_everything_down_it_is_tried_again(reached: Clinic, text_service: TextService) -> None:
    """Nothing is settled until somebody was told; then exactly one message has gone out."""
    text_service.answer, reached.office.mood = (503, b""), Mood.RCPT_LATER
    with pytest.raises(ApplicationError, match="it is tried again"):
        await reached.send(reached.escalation())
    assert await reached.states() == [("e1/escalation/1", OccasionState.LATER)]
    text_service.answer = None
    assert (await reached.send(reached.escalation())).to_account == "lee"
    assert reached.told() == []


@pytest.mark.parametrize("answer", [(504, b""), (200, b"<html>")])
async def test_a_gateway_that_loses_text_messages_keeps_nobody_from_mail(
    reached: Clinic, text_service: TextService, answer: tuple[int, bytes]
) -> None:
    """Nobody knows whether the text went out: the letter goes too, for late is worse than twice."""
    text_service.answer = answer
    outcomes = [await reached.send(reached.escalation(step)) for step in range(2)]
    assert [(one.to_account, one.channel, one.state) for one in outcomes] == [
        ("lee", "email", OccasionState.SENT),
        ("okafor", "email", OccasionState.SENT),
    ]
    assert len(text_service.taken) == 2


async def test_what_a_text_message_has_no_room_for_is_said(reached: Clinic, text_service: TextService) -> None:
    """The patient gets the first matter in 160 letters; the outcome names what was left out."""
    order = reached.order(DAY_BEFORE, ADDRESS, MEASURE, email=False, sms=True)
    outcome = await reached.send(order)
    assert (outcome.channel, outcome.left_out) == ("sms", ("ask2/measure/1",))
    (taken,) = text_service.taken
    assert len(taken["Body"]) <= 160
    by_mail = await reached.send(reached.order(DAY_BEFORE.with_(occasion="s2/visit_24h/1"), MEASURE, email=True))
    assert (by_mail.channel, by_mail.left_out) == ("email", ())
