import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.ports import Channel, Contact, Letter, Medium
from activities.reminders import MOST_RESENDS, NO_ADDRESS, NOBODY, REFUSED, UNKNOWN, Messenger
from adapters.channels.email import Email, MailServer
from adapters.store.people.staff import Account
from course.agenda.withdrawn_messages import OVERTAKEN
from course.model.messages import SendOutcome
from course.model.terms import Audience, OccasionKind, OccasionState, Role
from tests.support.clinics import ADDRESS, DAY_BEFORE, MEASURE, NOW, TEXTS, VISIT, Clinic
from tests.support.outside.mail import Mood


class KilledError(BaseException):
    """The process ends here."""


class Dies:
    """A channel whose process is killed around the handing over."""

    def __init__(self, channel: Channel, *, after: bool) -> None:
        self.channel, self.after = channel, after

    async def deliver(self, letter: Letter) -> str:
        """Hand over or not, then die."""
        if self.after:
            await self.channel.deliver(letter)
        raise KilledError


async def test_a_reminder_goes_out_once_however_often_it_is_tried(here: Clinic) -> None:
    """The second try finds the first in the ledger and answers the same; the ledger knows when it really went."""
    late = NOW + timedelta(hours=2)
    outcomes = [await here.send(here.order(DAY_BEFORE, ADDRESS), at=late) for _ in range(2)]
    assert outcomes == [SendOutcome(state=OccasionState.SENT, at=NOW, channel="email")] * 2
    (message,) = here.office.taken
    text = message.get_content()
    for said in (VISIT["when"], "Eat nothing for 6 hours", "100 Example Avenue", "+1 212 555 0100"):
        assert said in text
    (row,) = await here.store.sends.of_course("c-1")
    assert (row.as_of, row.recorded_at, row.kinds) == (NOW, late, (OccasionKind.VISIT_24H, OccasionKind.VISIT_2H))
    assert row.provider_id == message["Message-ID"]
    assert row.body.splitlines() == text.splitlines()


async def test_what_is_called_back_while_it_may_be_out_is_uncertain(here: Clinic) -> None:
    """The process died while handing over, the visit moved before the next try: nobody knows, nothing stays open."""
    back = SendOutcome(state=OccasionState.SUPPRESSED, at=NOW, reason=OVERTAKEN)
    with pytest.raises(KilledError):
        await here.send(here.order(), Dies(here.email, after=True))
    outcome = await here.give_up(here.order(), back)
    assert (outcome.state, outcome.reason) == (OccasionState.UNCERTAIN, UNKNOWN)
    assert await here.states() == [("s1/visit_24h/1", OccasionState.UNCERTAIN)]


async def test_what_is_called_back_before_it_went_out_goes_out_anew(here: Clinic) -> None:
    """Refused by mail and called back: settled as not sent, and under the same name it goes out once, as of then."""
    back, later = SendOutcome(state=OccasionState.SUPPRESSED, at=NOW, reason=OVERTAKEN), NOW + timedelta(hours=3)
    here.office.mood = Mood.RCPT_LATER
    with pytest.raises(ApplicationError):
        await here.send(here.order(DAY_BEFORE, MEASURE))
    assert (await here.give_up(here.order(DAY_BEFORE, MEASURE), back)).reason == OVERTAKEN
    assert await here.states() == [("s1/visit_24h/1", OccasionState.SUPPRESSED)]
    here.office.mood = Mood.TAKES
    for _ in range(2):
        assert (await here.send(here.order(DAY_BEFORE, as_of=later), at=later)).state is OccasionState.SENT
        assert (await here.send(here.order(MEASURE, as_of=later), at=later)).state is OccasionState.SENT
    assert len(here.office.taken) == 2
    assert [one.as_of for one in await here.store.sends.of_course("c-1")] == [later, later]


@pytest.mark.parametrize("after", [False, True])
async def test_a_reminder_whose_process_was_killed_is_not_sent_again(here: Clinic, *, after: bool) -> None:
    """Killed before or after handing over, the ledger says `in flight`: nobody knows, so it becomes uncertain."""
    with pytest.raises(KilledError):
        await here.send(here.order(), Dies(here.email, after=after))
    assert await here.states() == [("s1/visit_24h/1", OccasionState.IN_FLIGHT)]
    for _ in range(2):
        outcome = await here.send(here.order())
        assert (outcome.state, outcome.reason) == (OccasionState.UNCERTAIN, UNKNOWN)
    assert len(here.office.taken) == int(after)
    assert await here.states() == [("s1/visit_24h/1", OccasionState.UNCERTAIN)]


@pytest.mark.parametrize("after", [False, True])
async def test_an_escalation_whose_process_was_killed_is_sent_again(here: Clinic, *, after: bool) -> None:
    """Late is worse than twice."""
    with pytest.raises(KilledError):
        await here.send(here.escalation(), Dies(here.email, after=after))
    assert (await here.send(here.escalation())).state is OccasionState.SENT
    assert here.told() == ["lee@clinic.example"] * (1 + after)


@pytest.mark.parametrize("mood", [Mood.RCPT_LATER, Mood.DATA_LATER, Mood.HANGS_UP_BEFORE_DATA])
async def test_what_was_not_accepted_is_tried_again(here: Clinic, mood: Mood) -> None:
    """The activity fails so that Temporal tries it again, its error says nothing, and the next try sends."""
    here.office.mood = mood
    for _ in range(2):
        with pytest.raises(ApplicationError) as failed:
            await here.send(here.order())
        assert (failed.value.type, failed.value.non_retryable) == ("NotAccepted", False)
        assert "zephyrine" not in f"{failed.value!r} {failed.value.__cause__!r}"
        assert await here.states() == [("s1/visit_24h/1", OccasionState.LATER)]
    here.office.mood = Mood.TAKES
    assert (await here.send(here.order())).state is OccasionState.SENT
    assert len(here.office.taken) == 1


@pytest.mark.parametrize("mood", [Mood.RCPT_NEVER, Mood.DATA_NEVER])
async def test_what_is_refused_for_good_has_failed(here: Clinic, mood: Mood) -> None:
    """Nothing is tried again, not even when the address is mended later under the same occasion."""
    here.office.mood = mood
    outcome = await here.send(here.order())
    assert (outcome.state, outcome.reason) == (OccasionState.FAILED, REFUSED)
    here.office.mood = Mood.TAKES
    assert await here.send(here.order()) == outcome
    assert here.office.taken == []


async def test_a_connection_lost_after_data_leaves_a_reminder_uncertain(here: Clinic) -> None:
    """The server had taken it: a second one would have been one too many."""
    here.office.mood = Mood.HANGS_UP_AFTER_DATA
    assert (await here.send(here.order())).state is OccasionState.UNCERTAIN
    here.office.mood = Mood.TAKES
    assert (await here.send(here.order())).state is OccasionState.UNCERTAIN
    assert len(here.office.taken) == 1


async def test_a_connection_lost_after_data_repeats_an_escalation(here: Clinic) -> None:
    """Everybody on the list is written to, then all again; after three doubts people are told that nobody knows."""
    here.office.mood = Mood.HANGS_UP_AFTER_DATA
    with pytest.raises(ApplicationError, match="nobody knows whether it went out: it is sent again"):
        await here.send(here.escalation())
    assert here.told() == ["lee@clinic.example", "okafor@clinic.example", "ortiz@clinic.example"]
    for name in ("okafor", "ortiz"):
        await here.store.staff.change(Account(name, name, Role.NURSE, "northside", ""))
    assert (await here.send(here.escalation())).state is OccasionState.UNCERTAIN
    assert here.told()[MOST_RESENDS:] == ["lee@clinic.example"]


async def test_without_an_address_that_is_allowed_nothing_is_sent(here: Clinic) -> None:
    """No e-mail on file, consent to text messages alone, or no contact: on record with its reason, for a call."""
    stranger = await here.store.directory.add_patient("No Contact", NOW.date())
    await here.store.contacts.put(here.patient_id, Contact(phone="+12125550123"))
    orders = [
        here.order(DAY_BEFORE),
        here.order(ADDRESS, email=False, sms=True),
        here.order(MEASURE, patient_id=stranger.patient_id),
    ]
    for order in orders:
        outcome = await here.send(order)
        assert outcome == SendOutcome(state=OccasionState.SUPPRESSED, at=NOW, reason=NO_ADDRESS)
    assert {state for _, state in await here.states()} == {OccasionState.SUPPRESSED}
    assert here.office.taken == []


async def test_a_text_message_goes_the_way_that_the_patient_prefers(here: Clinic) -> None:
    """With both allowed the preferred one is taken; where it is refused for good, the other."""
    server = MailServer("127.0.0.1", here.office.port, "desk@clinic.example", starttls=False)
    channels: dict[Medium, Channel] = {Medium.EMAIL: Email(server), Medium.SMS: Email(server)}
    contact = Contact(email="zephyrine@home.example", phone="+12125550123", preferred=Medium.SMS)
    await here.store.contacts.put(here.patient_id, contact)
    messenger = Messenger(
        ledger=here.store.sends, contacts=here.store.contacts, oncall=here.store.oncall, texts=TEXTS, channels=channels
    )
    first = await ActivityEnvironment().run(messenger.send_message, here.order(ADDRESS, sms=True))
    here.office.never = {"+12125550123"}
    second = await ActivityEnvironment().run(messenger.send_message, here.order(MEASURE, sms=True))
    assert (first.channel, second.channel) == ("sms", "email")
    assert here.told() == ["+12125550123", "zephyrine@home.example"]
    assert len(here.office.taken[0].get_content().strip()) <= 160


async def test_an_escalation_goes_round_the_roster(here: Clinic) -> None:
    """Step by step in the order of the list at that instant, and from its start again; the outcome names who."""
    steps = [await here.send(here.escalation(step)) for step in range(4)]
    assert [(one.to_account, one.to_name, one.to_role) for one in steps] == [
        ("lee", "Dr Lee", Role.PRESCRIBER),
        ("okafor", "Dr Okafor", Role.PRESCRIBER),
        ("ortiz", "Dr Ortiz", Role.NURSE),
        ("lee", "Dr Lee", Role.PRESCRIBER),
    ]
    await here.store.oncall.add_turn("northside", NOW, NOW + timedelta(hours=1), ["ortiz"])
    at_night = await here.send(here.escalation(4, as_of=NOW + timedelta(hours=2)))
    assert ((await here.send(here.escalation(5))).to_account, at_night.to_account) == ("ortiz", "okafor")
    assert await here.send(here.escalation(5)) == await here.send(here.escalation(5))
    assert "c-1 at Northside needs a clinician, urgent: phq9 item 9." in here.office.taken[0].get_content()
    assert not any("Zephyrine" in str(one) for one in here.office.taken)


async def test_whoever_it_was_reassigned_to_goes_before_the_roster(here: Clinic) -> None:
    """Told first, on call or not; where that account is away or out of service, the roster goes on as it stood."""
    haas = Account("haas", "Mia Haas", Role.NURSE, "westside", "haas@clinic.example")
    await here.store.staff.add(haas, "hash")
    assert (await here.send(here.escalation(1, first="haas"))).to_account == "haas"
    await here.store.staff.change(replace(haas, disabled=True))
    assert (await here.send(here.escalation(2, first="haas"))).to_account == "ortiz"


async def test_an_escalation_passes_over_who_cannot_be_reached(here: Clinic, caplog: pytest.LogCaptureFixture) -> None:
    """A dead address costs no half hour: the next on the list is told at once; nobody at all has failed, loudly."""
    here.office.never = {"lee@clinic.example", "okafor@clinic.example"}
    assert (await here.send(here.escalation())).to_account == "ortiz"
    for name in ("lee", "okafor", "ortiz"):
        await here.store.staff.change(Account(name, name, Role.NURSE, "northside", ""))
    outcome = await here.send(here.escalation(1))
    assert (outcome.state, outcome.reason) == (OccasionState.FAILED, NOBODY)
    (alarm,) = [one for one in caplog.records if one.levelname == "ERROR"]
    assert "nobody on call at northside can be written to" in alarm.getMessage()


async def test_who_comes_on_call_later_is_told_by_the_message_that_waits(here: Clinic) -> None:
    """While there is nobody it asks to be tried again; the same message goes to whoever is there at its next try."""
    for name in ("lee", "okafor", "ortiz"):
        await here.store.staff.change(Account(name, name, Role.NURSE, "northside", ""))
    assert (await here.send(here.escalation(1))).reason == NOBODY
    waits = here.escalation(1).with_(waits=True)
    with pytest.raises(ApplicationError, match="nobody to tell yet"):
        await here.send(waits)
    assert here.office.taken == []
    await here.store.staff.change(Account("okafor", "Dr Okafor", Role.PRESCRIBER, "northside", "okafor@clinic.example"))
    outcome = await here.send(waits)
    assert (outcome.state, outcome.to_account) == (OccasionState.SENT, "okafor")
    assert (await here.send(waits)).to_account == "okafor"
    assert len(here.office.taken) == 1


async def test_an_escalation_lacking_a_fact_goes_out(here: Clinic) -> None:
    """Words never hold up a safety matter; a reminder without its time would be worse than none."""
    bare = [here.escalation().parts[0].with_(facts={"course": "c-1"}), DAY_BEFORE.with_(facts={})]
    safety = here.order(bare[0], audience=Audience.ONCALL, resend_unsure=True)
    assert (await here.send(safety)).state is OccasionState.SENT
    assert "(not said)" in here.office.taken[0].get_content()
    outcome = await here.send(here.order(bare[1]))
    assert outcome.state is OccasionState.FAILED
    assert outcome.reason == (
        "the visit_24h text names fluids_hours, solids_hours, when, which the course does not say"
    )


async def test_an_escalation_at_a_site_that_is_newer_than_the_worker_goes_out(here: Clinic) -> None:
    """Whoever is on call there is told, with the site's id; a letter to the patient would name no address."""
    await here.store.oncall.set_standing("harbour", ["okafor"])
    outcome = await here.send(here.escalation(site="harbour"))
    assert (outcome.state, outcome.to_account) == (OccasionState.SENT, "okafor")
    assert "Course c-1 at harbour needs a clinician" in here.office.taken[0].get_content().replace("\n", " ")
    reminder = await here.send(here.order(site="harbour"))
    assert (reminder.state, reminder.reason) == (OccasionState.FAILED, "there is no site harbour in clinic.toml")


async def test_what_one_letter_said_no_other_says_again(here: Clinic) -> None:
    """A letter that was called back too late has gone: of the next one only what is new is sent."""
    await here.send(here.order(DAY_BEFORE, ADDRESS))
    assert (await here.send(here.order(ADDRESS, MEASURE))).state is OccasionState.SENT
    assert "forward to seeing you" not in here.office.taken[1].get_content().lower()
    assert "time for your questionnaire" in here.office.taken[1].get_content()
    assert (await here.send(here.order(ADDRESS, MEASURE))).state is OccasionState.SENT
    assert len(here.office.taken) == 2


async def test_what_one_letter_may_have_said_no_other_says_again(here: Clinic) -> None:
    """A part of a letter that nobody knows about makes the next letter uncertain too, so that people ask."""
    with pytest.raises(KilledError):
        await here.send(here.order(DAY_BEFORE, ADDRESS), Dies(here.email, after=True))
    assert (await here.send(here.order(ADDRESS, MEASURE))).state is OccasionState.UNCERTAIN
    assert len(here.office.taken) == 1


async def test_two_tries_at_once_send_one(here: Clinic) -> None:
    """The one that comes second to the ledger does not hand anything over."""
    tried = await asyncio.gather(*(here.send(here.order()) for _ in range(4)), return_exceptions=True)
    assert len(here.office.taken) == 1
    value = {one.state if isinstance(one, SendOutcome) else getattr(one, "type", one) for one in tried}
    assert value <= {OccasionState.SENT, OccasionState.UNCERTAIN, "Busy"}
    assert await here.states() == [("s1/visit_24h/1", OccasionState.SENT)]
