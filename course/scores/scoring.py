"""Scoring: what an instrument makes of answers, blanks and bare totals."""

from collections.abc import Mapping
from fractions import Fraction

from pydantic import Field

from course.model.base import Carried
from course.model.protocol.instrument import (
    Answers,
    Instrument,
    Total,
    band_of,
    least_answer,
    part_total,
    stepped,
    tidy,
    total_of,
)

BLANK_TYPED = "-"
"""How people type an item that was left blank."""


class ScoringError(ValueError):
    """Answers that this instrument cannot score; the sentence says what would be right."""


class Scored(Carried):
    """A scored answer set; without a total where its blanks leave none, and `why` says so."""

    instrument: str
    total: Total | None
    band: str = ""
    flags: tuple[str, ...] = ()
    parts: dict[str, int] = Field(default_factory=dict)
    beside: str = ""
    pattern: str = ""
    why: str = ""

    @property
    def also(self) -> tuple[str, ...]:
        """What is read or was answered beside the total."""
        return tuple(one for one in (self.pattern, self.beside) if one)

    @property
    def said(self) -> str:
        """The total with its band, or why there is none."""
        return self.why if self.total is None else f"{self.total} ({self.band})"


def score(instrument: Instrument, answers: Answers, total: float | None = None) -> Scored:
    """Score `answers`; a stated `total` must agree with them. Raises ScoringError."""
    answers, beside = _beside(instrument, answers)
    given = asked(instrument, answers)
    known = {item: answer for item, answer in given.items() if answer is not None}
    unasked = set(range(1, instrument.items + 1)) - set(given) if instrument.scores_only else set()
    unknown = unasked | (set(given) - set(known))
    low = total_of(instrument, dict.fromkeys(unknown, instrument.item_min) | known)
    high = total_of(instrument, dict.fromkeys(unknown, instrument.item_max) | known)
    reached: float | None
    if instrument.scores_only:
        reached = _entered(instrument, total, low, high)
    else:
        reached = low if low == high else _prorated(instrument, known, len(unknown))
        if total is not None and total != reached:
            raise ScoringError(_contradicted(instrument))
    return Scored(
        instrument=instrument.id,
        total=reached,
        band="" if reached is None else band_of(instrument, reached),
        flags=_flags(instrument, known if total is None else _implied(instrument, reached) | known),
        parts={
            part.name: part_total(part, known)
            for part in (() if instrument.scores_only else instrument.parts)
            if not set(part.items) & unknown
        },
        beside=beside,
        pattern=_pattern(instrument, known, unknown),
        why="" if reached is not None else _not_computable(instrument, len(unknown)),
    )


def _entered(instrument: Instrument, total: float | None, low: float, high: float) -> float:
    """The total of a scale with scores only, which its ratings must leave possible."""
    if total is None:
        raise ScoringError(f"{instrument.id} is entered by its total: give it")
    _in_steps(instrument, total)
    if not low <= total <= high:
        raise ScoringError(_contradicted(instrument))
    return tidy(total)


def score_total(instrument: Instrument, total: float) -> Scored:
    """Score a bare total, as raters and paper forms give it; what it implies of a safety item is flagged.

    Raises ScoringError.
    """
    if not instrument.total_min <= total <= instrument.total_max:
        raise ScoringError(f"{instrument.id} totals go from {instrument.total_min} to {instrument.total_max}")
    if instrument.skips:
        raise ScoringError(f"{instrument.id} is entered item by item: its total does not say which items were positive")
    if instrument.scores_only and instrument.safety_items:
        raise ScoringError(f"{instrument.id} is entered by its total and {_safety_items(instrument)}: give both")
    reached = tidy(total)
    _in_steps(instrument, reached)
    flags = _flags(instrument, _implied(instrument, reached))
    unknown = set(range(1, instrument.items + 1))
    return Scored(
        instrument=instrument.id,
        total=reached,
        band=band_of(instrument, reached),
        flags=flags,
        pattern=_pattern(instrument, {}, unknown),
    )


def _implied(instrument: Instrument, total: float | None) -> dict[int, int]:
    """The least that a stated total leaves for each safety item."""
    if total is None:
        return {}
    return {one.item: least_answer(instrument, one.item, total) for one in instrument.safety_items}


def _in_steps(instrument: Instrument, total: float) -> None:
    if Fraction(str(total)) % Fraction(str(instrument.step)):
        steps = "whole numbers" if instrument.step == 1 else f"in steps of {instrument.step}"
        raise ScoringError(f"{instrument.id} totals are {steps}, not {total}: look at the form again")


def _flags(instrument: Instrument, known: Mapping[int, int]) -> tuple[str, ...]:
    return tuple(
        f"item {one.item}"
        for one in instrument.safety_items
        if known.get(one.item, instrument.item_min) >= one.at_least
    )


def _pattern(instrument: Instrument, known: Mapping[int, int], unknown: set[int]) -> str:
    """The reading beside the total: met, not met and where, or unknown where blanks leave it open."""
    least = instrument.symptom_from
    if least is None:
        return ""
    missing, left_open = [], False
    for part in instrument.parts:
        reached = sum(1 for item in part.items if known.get(item, instrument.item_min) >= least)
        if reached + len(unknown & set(part.items)) < part.symptoms_min:
            missing.append(f"{part.name} {reached} of {part.symptoms_min}")
        left_open = left_open or reached < part.symptoms_min
    if missing:
        return f"{instrument.pattern} not met ({', '.join(missing)})"
    return f"{instrument.pattern} {'not known' if left_open else 'met'}"


def _prorated(instrument: Instrument, known: Mapping[int, int], blanks: int) -> float | None:
    """The total with the mean of the answered items in the place of blank ones; None where that is too many."""
    if blanks > instrument.blanks_max or not known:
        return None
    return stepped(instrument, Fraction(sum(known.values()) * instrument.items, len(known)))


def _not_computable(instrument: Instrument, blanks: int) -> str:
    left = f"{blanks} item is" if blanks == 1 else f"{blanks} items are"
    most = f"at most {instrument.blanks_max} may be" if instrument.blanks_max else "none may be"
    return f"not computable: {left} blank, {most}"


def _contradicted(instrument: Instrument) -> str:
    return f"{instrument.id}: the stated total contradicts its items: leave the total out or correct the answers"


def _beside(instrument: Instrument, answers: Answers) -> tuple[Answers, str]:
    """The answers to the items, and in words the one that is taken beside them. Raises ScoringError."""
    asked_beside = instrument.beside
    if asked_beside is None or len(answers) != instrument.items + 1:
        return answers, ""
    *items, said = answers
    if said is None:
        return tuple(items), ""
    if not 0 <= said < len(asked_beside.answers):
        most = len(asked_beside.answers) - 1
        raise ScoringError(f"{instrument.id} {asked_beside.name} is out of range: answers go from 0 to {most}")
    return tuple(items), f"{asked_beside.name}: {asked_beside.answers[said]}"


def asked(instrument: Instrument, answers: Answers) -> dict[int, int | None]:
    """The answers by the number of their item, skipped items left out, blank ones None. Raises ScoringError."""
    given: dict[int, int | None] = {}
    left = list(answers)
    numbers = _first(instrument)
    while numbers and left:
        number, answer = numbers[0], left.pop(0)
        if answer is not None and not instrument.item_min <= answer <= instrument.item_max:
            raise ScoringError(
                f"{instrument.id} item {number} is out of range: "
                f"answers go from {instrument.item_min} to {instrument.item_max}"
            )
        given[number] = answer
        numbers = _next(instrument, numbers, answer)
    if numbers or left:
        raise ScoringError(_miscounted(instrument, len(given) + len(numbers), len(answers)))
    return given


def unskipped(instrument: Instrument, every: Mapping[int, int | None]) -> Answers:
    """The answers to the items that are asked, out of answers to all."""
    kept: list[int | None] = []
    numbers = _first(instrument)
    while numbers:
        kept.append(every[numbers[0]])
        numbers = _next(instrument, numbers, kept[-1])
    return tuple(kept)


def _next(instrument: Instrument, numbers: list[int], answer: int | None) -> list[int]:
    """The items that are still to be asked after the first of them was answered; a blank one skips nothing."""
    skip = next((one for one in instrument.skips if (one.item, one.answer) == (numbers[0], answer)), None)
    return [one for one in numbers[1:] if skip is None or one >= skip.to]


def _first(instrument: Instrument) -> list[int]:
    """The items that are asked before any is skipped."""
    if instrument.scores_only:
        return [one.item for one in instrument.safety_items]
    return list(range(1, instrument.items + 1))


def _miscounted(instrument: Instrument, most: int, came: int) -> str:
    if instrument.scores_only:
        only = f" and {_safety_items(instrument)}" if instrument.safety_items else ""
        return f"{instrument.id} is entered by its total{only}: give no other answers"
    if instrument.skips:
        return f"{instrument.id} asks {most} items after these answers, {came} came: leave out what is not asked"
    also = f", and one more for {instrument.beside.name} if you like" if instrument.beside is not None else ""
    return (
        f"{instrument.id} has {instrument.items} items, {came} answers came: "
        f"give one answer an item, {BLANK_TYPED} where one is blank{also}"
    )


def _safety_items(instrument: Instrument) -> str:
    return ", ".join(f"item {one.item}" for one in instrument.safety_items)
