"""The patient: what is answered to a questionnaire, and when; a pure function of the record and the scenario."""

from collections.abc import Iterator
from datetime import datetime

from course.agenda.questionnaires import open_ask
from course.model.protocol.instrument import Answers as Sheet
from course.model.protocol.instrument import Instrument, Total, total_of
from course.model.record import CourseRecord
from course.model.terms import OccasionKind, OccasionState, Role
from course.scores.scoring import unskipped
from play.scenario.file import Answers, Scenario
from play.scenario.when import span
from play.staff.duty import Duty

DEFAULT_CURVE = (66, 58, 48, 40, 32, 24, 16)
"""Percent of the highest total that a patient has who is not described: made up, and no claim about the drug."""


def answers(record: CourseRecord, scenario: Scenario) -> Iterator[Duty]:
    """The answer to the request that reached the patient, so long after it as this one takes."""
    ask = open_ask(record)
    if ask is None:
        return
    told = [record.occasions.get(f"ask{ask.number}/{OccasionKind.MEASURE}/{ordinal}") for ordinal in (1, 2)]
    reached = [mark.at for mark in told if mark is not None and mark.state is OccasionState.SENT]
    for instrument in ask.instruments if reached else ():
        how = habits(scenario, instrument)
        value = answer(record, scenario, instrument, ask.number)
        if value is not None:
            yield Duty(min(reached) + span(how.after), f"answer/ask{ask.number}/{instrument}", Role.PATIENT, value)


def answer(record: CourseRecord, scenario: Scenario, instrument: str, number: int) -> dict[str, object] | None:
    """The answer to the n-th request as an act's details; None where the patient stays silent."""
    how = habits(scenario, instrument)
    if number in how.silent or instrument not in record.instruments:
        return None
    exact = next((one.items for one in how.exactly if one.number == number), None)
    asked_of, wanted = record.instruments[instrument], total(record, how, number)
    fields: dict[str, object] = {"action": "measure", "instrument": instrument}
    if asked_of.scores_only:
        return {**fields, "answers": exact or (asked_of.item_min,) * len(asked_of.safety_items), "total": wanted}
    return {**fields, "answers": exact or spread(asked_of, wanted)}


def habits(scenario: Scenario, instrument: str) -> Answers:
    """What the scenario says of an instrument, or what a patient does who is not described."""
    return next((one for one in scenario.answers if one.instrument == instrument), Answers(instrument=instrument))


def total(record: CourseRecord, how: Answers, number: int) -> float:
    """The total of the n-th answer."""
    if how.by_day:
        return _from(how.by_day, _day(record, _latest(record)))
    if how.by_session:
        return _from(how.by_session, len(record.valid_doses))
    if how.totals:
        return how.totals[min(max(number, 1), len(how.totals)) - 1]
    instrument = record.instruments[how.instrument]
    screens = {record.protocol.screening.follow_up, *record.protocol.screening.at_intake}
    if instrument.id in screens or any(rule.instrument == instrument.id for rule in record.protocol.holds):
        return instrument.total_min
    percent = DEFAULT_CURVE[min(len(record.valid_doses), len(DEFAULT_CURVE) - 1)]
    return max(instrument.total_min, int(instrument.total_max * percent // 100))


def spread(instrument: Instrument, wanted: float) -> Sheet:
    """Items that come to a total, as even as can be; a safety item only where nothing else is left."""
    items = instrument.all_at(instrument.item_min)
    safety = [one.item for one in instrument.safety_items]
    plain = [item for item in items if item not in safety]
    for those in (plain, safety):
        while total_of(instrument, items) < wanted and any(items[one] < instrument.item_max for one in those):
            for item in those:
                if total_of(instrument, items) < wanted and items[item] < instrument.item_max:
                    items[item] += 1
    return unskipped(instrument, items)


def _from(steps: dict[int, Total], reached: int) -> float:
    passed = [key for key in sorted(steps) if key <= reached]
    return steps[passed[-1] if passed else min(steps)]


def _latest(record: CourseRecord) -> datetime:
    ask = open_ask(record)
    return ask.opened_at if ask is not None else max(one.at for one in record.entries)


def _day(record: CourseRecord, at: datetime) -> int:
    return record.zone.days_between(record.opened_at, at)
