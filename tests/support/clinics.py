"""A clinic with one patient and three people on call, for tests of the messenger."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from temporalio.testing import ActivityEnvironment

from activities.ports import Channel, Contact, Medium
from activities.reminders import Messenger
from adapters.channels.email import Email, MailServer
from adapters.clinic.texts import load_texts
from adapters.store import Store
from adapters.store.people.staff import Account
from course.model.messages import Part, SendOrder, SendOutcome, UnsentMessage
from course.model.terms import Audience, OccasionKind, OccasionState, Role
from tests.support.outside.mail import PostOffice
from tests.support.records import CLINIC_FOLDER, clinic

NOW = datetime(2026, 11, 8, 14, tzinfo=UTC)
TEXTS = load_texts(CLINIC_FOLDER, clinic().sites)
VISIT = {
    "when": "Monday 9 November 2026 at 09:00 EST",
    "minutes": "40",
    "solids_hours": "6",
    "fluids_hours": "2",
}
DAY_BEFORE = Part(occasion="s1/visit_24h/1", kind=OccasionKind.VISIT_24H, facts=VISIT)
ADDRESS = Part(occasion="s1/visit_2h/1", kind=OccasionKind.VISIT_2H, facts=VISIT)
MEASURE = Part(occasion="ask2/measure/1", kind=OccasionKind.MEASURE)


class Clinic:
    """One patient, three people on call, a messenger that speaks to the mail server, and to `sms` where it is set."""

    def __init__(self, store: Store, office: PostOffice, patient_id: str) -> None:
        self.store, self.office, self.patient_id = store, office, patient_id
        server = MailServer("127.0.0.1", office.port, "desk@clinic.example", starttls=False)
        self.email: Channel = Email(server)
        self.sms: Channel | None = None

    def order(self, *parts: Part, **fields: object) -> SendOrder:
        """A message to the patient."""
        return SendOrder.model_validate(
            {
                "course_id": "c-1",
                "patient_id": self.patient_id,
                "site": "northside",
                "audience": Audience.PATIENT,
                "parts": parts or (DAY_BEFORE,),
                "as_of": NOW,
                **fields,
            }
        )

    def escalation(self, step: int = 0, **fields: object) -> SendOrder:
        """A safety matter for the staff."""
        facts = {"course": "c-1", "triggers": "phq9 item 9", "urgency": "urgent"}
        part = Part(occasion=f"e1/escalation/{step + 1}", kind=OccasionKind.ESCALATION, facts=facts)
        return self.order(part, audience=Audience.ONCALL, step=step, resend_unsure=True, **fields)

    async def send(self, order: SendOrder, channel: Channel | None = None, at: datetime = NOW) -> SendOutcome:
        """One try of the activity."""
        env = ActivityEnvironment()
        env.info = replace(env.info, started_time=at)
        return await env.run(self.messenger(channel).send_message, order)

    async def give_up(self, order: SendOrder, outcome: SendOutcome) -> SendOutcome:
        """Nobody tries the message any more."""
        return await ActivityEnvironment().run(
            self.messenger().give_up_message, UnsentMessage(order=order, outcome=outcome)
        )

    def messenger(self, channel: Channel | None = None) -> Messenger:
        """What sends, by mail unless another channel stands in for it."""
        return Messenger(
            ledger=self.store.sends,
            contacts=self.store.contacts,
            oncall=self.store.oncall,
            texts=TEXTS,
            channels={Medium.EMAIL: channel or self.email, **({Medium.SMS: self.sms} if self.sms else {})},
        )

    async def states(self) -> list[tuple[str, OccasionState]]:
        """What the ledger says of the course."""
        return [(one.occasion, one.state) for one in await self.store.sends.of_course("c-1")]

    def told(self) -> list[str]:
        """Who got mail, in order."""
        return [str(one["To"]) for one in self.office.taken]


@pytest.fixture
async def here(store: Store, post_office: PostOffice) -> Clinic:
    """A clinic with a patient and a roster."""
    patient = await store.directory.add_patient("Zephyrine Quillfeather", NOW.date())
    await store.contacts.put(patient.patient_id, Contact(email="zephyrine@home.example", phone="+12125550123"))
    for name, role in (("lee", Role.PRESCRIBER), ("okafor", Role.PRESCRIBER), ("ortiz", Role.NURSE)):
        await store.staff.add(Account(name, f"Dr {name.title()}", role, "northside", f"{name}@clinic.example"), "hash")
    await store.oncall.set_standing("northside", ["lee", "okafor", "ortiz"])
    return Clinic(store, post_office, patient.patient_id)
