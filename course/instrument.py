"""An instrument: a questionnaire with its scoring, as data, and the pure arithmetic that scores it."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from course.carried import Carried

NOT_ASKED = "-"
"""Stands in written answers for an item that was skipped, or whose answer is not kept."""


class Band(Carried):
    """A named range that begins at `from_total`."""

    from_total: int
    name: str


class SafetyItem(Carried):
    """An item (1-based) whose answer of at least `at_least` raises an escalation, urgent from `urgent_at_least`.

    In a yes/no item an `urgent_at_least` of 2 says that a yes which is neither the first nor a rise is prompt. A prompt
    one that `may_wait` waits for the next visit under a signed safety plan, where the clinic has it so.
    """

    item: int
    at_least: int = 1
    urgent_at_least: int = 2
    may_wait: bool = False


class PartRule(StrEnum):
    """How the items of a part make its score."""

    SUM = "sum"
    MAX = "max"


class Part(Carried):
    """A cluster or domain: its items (1-based) count together, each as often as `weights` says, else once."""

    name: str
    items: tuple[int, ...]
    by: PartRule = PartRule.SUM
    weights: tuple[int, ...] = ()


class Skip(Carried):
    """After this answer to `item` the next one asked is `to`; one beyond the last item ends the questionnaire."""

    item: int
    answer: int
    to: int


class Example(Carried):
    """A worked example that tests run; `answers` are those to the items that are asked."""

    answers: tuple[int, ...]
    total: int
    band: str
    flags: tuple[str, ...] = ()


class Instrument(Carried):
    """Items share one range of answers from `item_min` to `item_max`; the total adds the parts, else the items.

    Of a `scores_only` instrument the total is entered, and the ratings of its safety items in their order.
    """

    id: str
    title: str
    version: str = "1"
    items: int
    item_min: int = 0
    item_max: int
    parts: tuple[Part, ...] = ()
    skips: tuple[Skip, ...] = ()
    scores_only: bool = False
    look_back: str
    rater: bool = False
    bands: tuple[Band, ...]
    reliable_change: int | None = None
    clinical_cut: int | None = None
    safety_items: tuple[SafetyItem, ...] = ()
    loinc: dict[str, str] = Field(default_factory=dict)
    licence: str = ""
    examples: tuple[Example, ...] = ()
    sha256: str = ""

    @property
    def total_min(self) -> int:
        """The lowest possible total."""
        return total_of(self, self.all_at(self.item_min))

    @property
    def total_max(self) -> int:
        """The highest possible total."""
        return total_of(self, self.all_at(self.item_max))

    def all_at(self, answer: int) -> dict[int, int]:
        """The same answer to every item."""
        return dict.fromkeys(range(1, self.items + 1), answer)


class ScoringError(ValueError):
    """Answers that this instrument cannot score; the sentence says what would be right."""


class Scored(Carried):
    """A scored answer set."""

    instrument: str
    total: int
    band: str
    flags: tuple[str, ...] = ()
    parts: dict[str, int] = Field(default_factory=dict)


def score(instrument: Instrument, answers: tuple[int, ...], total: int | None = None) -> Scored:
    """Score `answers`; a stated `total` must agree with them. Raises ScoringError."""
    given = asked(instrument, answers)
    low = total_of(instrument, instrument.all_at(instrument.item_min) | given)
    high = total_of(instrument, instrument.all_at(instrument.item_max) | given) if instrument.scores_only else low
    if instrument.scores_only and total is None:
        raise ScoringError(f"{instrument.id} is entered by its total: give it")
    reached = low if total is None else total
    if not low <= reached <= high:
        raise ScoringError(
            f"{instrument.id}: the stated total contradicts its items: leave the total out or correct the answers"
        )
    return Scored(
        instrument=instrument.id,
        total=reached,
        band=band_of(instrument, reached),
        flags=tuple(
            f"item {safety.item}"
            for safety in instrument.safety_items
            if given.get(safety.item, instrument.item_min) >= safety.at_least
        ),
        parts={} if instrument.scores_only else {part.name: _part(part, given) for part in instrument.parts},
    )


def score_total(instrument: Instrument, total: int) -> Scored:
    """Score a bare total, as raters and paper forms give it. Raises ScoringError."""
    if not instrument.total_min <= total <= instrument.total_max:
        raise ScoringError(f"{instrument.id} totals go from {instrument.total_min} to {instrument.total_max}")
    if instrument.skips:
        raise ScoringError(f"{instrument.id} is entered item by item: its total does not say which items were positive")
    if instrument.scores_only and instrument.safety_items:
        raise ScoringError(f"{instrument.id} is entered by its total and {_safety_items(instrument)}: give both")
    return Scored(instrument=instrument.id, total=total, band=band_of(instrument, total))


def asked(instrument: Instrument, answers: tuple[int, ...]) -> dict[int, int]:
    """The answers by the number of their item, skipped items left out. Raises ScoringError."""
    given: dict[int, int] = {}
    left = list(answers)
    numbers = _first(instrument)
    while numbers and left:
        number, answer = numbers[0], left.pop(0)
        if not instrument.item_min <= answer <= instrument.item_max:
            raise ScoringError(
                f"{instrument.id} item {number} is out of range: "
                f"answers go from {instrument.item_min} to {instrument.item_max}"
            )
        given[number] = answer
        numbers = _next(instrument, numbers, answer)
    if numbers or left:
        raise ScoringError(_miscounted(instrument, len(given) + len(numbers), len(answers)))
    return given


def unskipped(instrument: Instrument, every: Mapping[int, int]) -> tuple[int, ...]:
    """The answers to the items that are asked, out of answers to all."""
    kept = []
    numbers = _first(instrument)
    while numbers:
        kept.append(every[numbers[0]])
        numbers = _next(instrument, numbers, kept[-1])
    return tuple(kept)


def _next(instrument: Instrument, numbers: list[int], answer: int) -> list[int]:
    """The items that are still to be asked after the first of them was answered."""
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
    return f"{instrument.id} has {instrument.items} items, {came} answers came: give one answer an item"


def _safety_items(instrument: Instrument) -> str:
    return ", ".join(f"item {one.item}" for one in instrument.safety_items)


def total_of(instrument: Instrument, given: Mapping[int, int]) -> int:
    """What answers come to; items that were not asked count nothing."""
    if not instrument.parts:
        return sum(given.values())
    return sum(_part(part, given) for part in instrument.parts)


def _part(part: Part, given: Mapping[int, int]) -> int:
    weights = part.weights or (1,) * len(part.items)
    counted = [weight * given.get(item, 0) for item, weight in zip(part.items, weights, strict=True)]
    return max(counted) if part.by is PartRule.MAX else sum(counted)


def least_answer(instrument: Instrument, item: int, total: int) -> int:
    """The least answer to an item that a total leaves possible."""
    highest = instrument.all_at(instrument.item_max)
    possible = range(instrument.item_min, instrument.item_max + 1)
    return next((one for one in possible if total_of(instrument, highest | {item: one}) >= total), instrument.item_max)


def written(instrument: Instrument, answers: tuple[int, ...]) -> str:
    """Answers as a score carries them: one place an item."""
    if not answers:
        return ""
    given = asked(instrument, answers)
    places = [str(given[item]) if item in given else NOT_ASKED for item in range(1, instrument.items + 1)]
    return ("," if instrument.item_max > 9 else "").join(places)  # noqa: PLR2004  one digit


def written_answer(instrument: Instrument, text: str, item: int) -> int | None:
    """The answer to one item out of written answers; None where it was not asked."""
    places = text.split(",") if instrument.item_max > 9 else list(text)  # noqa: PLR2004  one digit
    return None if places[item - 1] == NOT_ASKED else int(places[item - 1])


def band_of(instrument: Instrument, total: int) -> str:
    """The name of the band that a total falls in."""
    return [band.name for band in instrument.bands if band.from_total <= total][-1]
