"""What a patient answered on a page: kept in the store first, then taken to the course as a measure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

from adapters.clinic.page_texts import PageFile, Wording
from adapters.store.messages.inbox import Item, ItemKind
from adapters.store.messages.questionnaires import OpenedQuestionnaire
from adapters.wiring import Application
from course.acts.catalogue import RecordMeasure
from course.agenda.questionnaires import asked_together
from course.model.parts import Actor
from course.model.protocol.instrument import Instrument
from course.model.record import CourseRecord
from course.model.terms import Role
from services.courses import CourseError, Courses
from services.errors import InputError, Kind, ServiceError
from services.failures import EXPECTED

VIA = "page"
Answered = dict[str, list[int | None]]
"""The answers so far by instrument, None where one was left out; a list is as long as what was looked at."""


class Closed(StrEnum):
    """Why a link opens nothing."""

    USED = "used"
    EXPIRED = "expired"
    LATER = "later"


class LinkError(ServiceError):
    """The link opens nothing: it was used, is too old or none of ours, or nobody can say now what it asks."""

    kind = Kind.NOT_ALLOWED

    def __init__(self, why: Closed, language: str = "", site: str = "") -> None:
        super().__init__("this link opens nothing: ask for a new one")
        self.why, self.language, self.site = why, language, site


@dataclass(frozen=True)
class Question:
    """One question: which instrument, its number there from 0, and how it is worded."""

    instrument: str
    item: int
    wording: Wording = field(repr=False)


@dataclass(frozen=True)
class Asked:
    """What a link asks: the questions in order, the answers so far, and whose site asks."""

    opened: OpenedQuestionnaire
    site: str
    texts: PageFile = field(repr=False)
    questions: tuple[Question, ...] = field(repr=False)
    answered: Answered = field(repr=False)

    @property
    def next_question(self) -> int:
        """The first question that nobody has looked at, or how many there are."""
        return sum(len(one) for one in self.answered.values())


async def asked(app: Application, token: str, now: datetime) -> Asked:
    """What the link asks; raises LinkError."""
    opened = await app.store.questionnaires.find(token)
    if opened is None:
        raise LinkError(Closed.EXPIRED)
    row = await app.store.directory.course(opened.course_id)
    site = row.site if row is not None else app.home_site
    if opened.answered_at is not None or opened.expires_at <= now:
        why = Closed.EXPIRED if opened.answered_at is None else Closed.USED
        raise LinkError(why, opened.language, site)
    try:
        record = await Courses(app).record(opened.course_id)
    except CourseError:
        raise LinkError(Closed.LATER, opened.language, site) from None
    texts = app.page_texts[opened.language]
    questions = tuple(
        Question(name, item, texts.questionnaires[name])
        for name in worded(record, texts)
        for item in range(record.instruments[name].items)
    )
    answered: Answered = json.loads(opened.draft) if opened.draft else {}
    return Asked(opened, site, texts, questions, answered)


def worded(record: CourseRecord, texts: PageFile) -> tuple[str, ...]:
    """The instruments of one request that this language words; the others are asked by telephone."""
    return tuple(one for one in asked_together(record) if one in texts.questionnaires)


async def keep(app: Application, found: Asked, number: int, answer: int | None) -> Answered:
    """Keep one answer; raises InputError where it answers no question of these."""
    if not 0 <= number < len(found.questions):
        raise InputError("there is no such question: go on with the link that you were sent")
    question = found.questions[number]
    scale = app.clinic.instruments[question.instrument]
    if answer is not None and not scale.item_min <= answer <= scale.item_max:
        raise InputError("there is no such answer: choose one of those offered")
    given = {name: list(values) for name, values in found.answered.items()}
    values = given.setdefault(question.instrument, [])
    if question.item > len(values):
        raise InputError("answer the questions in their order: go on with the link that you were sent")
    values[question.item : question.item + 1] = [answer]
    await app.store.questionnaires.keep(found.opened.link_hash, json.dumps(given))
    return given


@dataclass(frozen=True)
class SentAnswers:
    """Whether the course has the answers already, and whether one of them may mean danger."""

    taken: bool
    worrying: bool


async def send(app: Application, found: Asked, now: datetime) -> SentAnswers:
    """Keep the answers for good, and take them to the course; one that cannot answer now hears of them later.

    Raises InputError while a question has not been looked at.
    """
    if found.next_question < len(found.questions):
        raise InputError("some questions are still open: go on with the link that you were sent")
    items = [_item(found, name, values, now) for name, values in found.answered.items()]
    for item in items:
        await app.store.inbox.put(item)
    await app.store.questionnaires.close(found.opened.link_hash, now)
    worrying = any(_worries(app.clinic.instruments[name], values) for name, values in found.answered.items())
    return SentAnswers(all([await _taken(app, item) for item in items]), worrying)


async def _taken(app: Application, item: Item) -> bool:
    """Whether the course took an item; if not, the carrier tries again."""
    try:
        await Courses(app).act(item.course_id, measured(item))
    except EXPECTED:
        return False
    await app.store.inbox.take(item.item_id, datetime.now(UTC))
    return True


def measured(item: Item) -> RecordMeasure:
    """The act that an item becomes, the same at each try."""
    said: Mapping[str, object] = json.loads(item.content)
    actor = Actor(account_id=item.patient_id, name="the patient", role=Role.PATIENT, via=VIA)
    return RecordMeasure.model_validate(
        {"request_id": item.item_id, "actor": actor, "made_at": item.received_at, **said}
    )


def _item(found: Asked, instrument: str, values: list[int | None], now: datetime) -> Item:
    request = sha256(f"{found.opened.link_hash} {instrument}".encode()).hexdigest()[:24]
    content = json.dumps({"instrument": instrument, "answers": values})
    opened = found.opened
    return Item(f"q-{request}", opened.patient_id, opened.course_id, ItemKind.ANSWER, now, content)


def _worries(instrument: Instrument, values: list[int | None]) -> bool:
    """Whether an item that asks about danger was answered so that somebody is told."""
    return any(
        answer is not None and answer >= one.at_least
        for one in instrument.safety_items
        for answer in values[one.item - 1 : one.item]
    )
