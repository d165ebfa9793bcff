"""Questionnaires as people type their answers, and putting right what was recorded."""

from dataclasses import dataclass, field, replace

from adapters.clinic.files import Clinic
from course.model.messages import Receipt
from course.model.protocol.instrument import Answers, Instrument
from course.scores.answers import typed as answers_typed
from course.scores.scoring import Scored, ScoringError, score, score_total
from services.errors import InputError, ServiceError
from services.session import ActRequest, StaffSession
from services.typed.naming import instrument_named


@dataclass(frozen=True)
class GivenAnswers:
    """What a patient answered: an instrument in any spelling, its answers as typed or its total.

    `timed` says that the time of day is known.
    """

    instrument: str
    answers: str = field(default="", repr=False)
    total: float | None = field(default=None, repr=False)
    timed: bool = True


async def record_measure(at: StaffSession, course: str, given: GivenAnswers, request: ActRequest) -> Receipt:
    """Record a questionnaire; raises what `StaffSession.perform` raises."""
    known = at.app.clinic.instruments
    name = instrument_named(tuple(known), given.instrument)
    answers = _answers(given.answers, known.get(name))
    details = {"instrument": name, "answers": answers, "total": given.total, "timed": given.timed}
    return await at.perform(course, replace(request, details=details))


async def correct_item(at: StaffSession, course: str, answers: str, request: ActRequest) -> Receipt:
    """Put right what was recorded; typed answers are read by the instrument of the score that `item` names."""
    course = await at.course(course)
    right: Answers = ()
    if answers:
        record = await at.courses.record(course)
        score = next((one for one in record.scores if one.id == request.details["item"]), None)
        right = _answers(answers, record.instruments.get(score.instrument) if score is not None else None)
    return await at.perform(course, replace(request, details={**request.details, "answers": right}))


def score_typed(clinic: Clinic, instrument: str, answers: str, total: float | None) -> Scored:
    """What answers, or a total, come to; raises ServiceError."""
    if instrument not in clinic.instruments:
        raise InputError(f"there is no instrument {instrument}: {', '.join(sorted(clinic.instruments))}")
    found = clinic.instruments[instrument]
    try:
        if answers:
            return score(found, answers_typed(answers, found), total)
        if total is None:
            raise InputError(f"give the {found.items} answers with --answers, or --total")
        return score_total(found, total)
    except ScoringError as wrong:
        raise ServiceError(str(wrong)) from None


def _answers(typed: str, instrument: Instrument | None) -> Answers:
    try:
        return answers_typed(typed, instrument) if typed else ()
    except ScoringError as wrong:
        raise InputError(f"--answers: {wrong}") from None
