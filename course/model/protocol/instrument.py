"""An instrument: a questionnaire with its scoring, as data, and the pure arithmetic that scores it."""

from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from math import floor
from typing import Annotated

from pydantic import AfterValidator, Field, PlainSerializer

from course.model.base import Carried


def tidy(total: float) -> float:
    """A total as people write it: 12, not 12.0."""
    return int(total) if float(total).is_integer() else total


Total = Annotated[
    float, Field(allow_inf_nan=False), AfterValidator(tidy), PlainSerializer(tidy, return_type=int | float)
]
"""A total; whole on nearly every scale, in halves or tenths where the instrument's `step` says so."""

Answers = tuple[int | None, ...]
"""One answer an item that is asked; None where the item was left blank."""


class Band(Carried):
    """A named range that begins at `from_total`."""

    from_total: Total
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
    """A cluster or domain: its items (1-based) count together, each as often as `weights` says, else once.

    `symptoms_min` is how many of them must reach the instrument's `symptom_from` for its pattern.
    """

    name: str
    items: tuple[int, ...]
    by: PartRule = PartRule.SUM
    weights: tuple[int, ...] = ()
    symptoms_min: int = 0


class Skip(Carried):
    """After this answer to `item` the next one asked is `to`; one beyond the last item ends the questionnaire."""

    item: int
    answer: int
    to: int


class ExtraQuestion(Carried):
    """A question that is taken after the items and never counted; `answers` are the words of 0, 1, 2, ..."""

    name: str
    answers: tuple[str, ...]


class RepeatWording(Carried):
    """What a questionnaire asks about from the second time on; its own codes, where it has any."""

    look_back: str
    loinc: dict[str, str] = Field(default_factory=dict)


class Example(Carried):
    """A worked example that tests run; `answers` are those to the items that are asked."""

    answers: tuple[int, ...]
    total: Total
    band: str
    flags: tuple[str, ...] = ()


class Instrument(Carried):
    """Items share one range of answers from `item_min` to `item_max`; the total adds the parts, else the items.

    Of a `scores_only` instrument the total is entered, and the ratings of its safety items in their order. Totals come
    in steps of `step`. Up to `blanks_max` blank items count as the mean of the answered ones; with more the total is
    not computable. Where it is a `mean`, the total is the mean of the items, to the nearest step. A `pattern` is read
    beside the total: each part has its number of items from `symptom_from` on.
    """

    id: str
    title: str
    version: str = "1"
    items: int
    item_min: int = 0
    item_max: int
    parts: tuple[Part, ...] = ()
    skips: tuple[Skip, ...] = ()
    beside: ExtraQuestion | None = None
    scores_only: bool = False
    step: Total = 1
    mean: bool = False
    blanks_max: int = 0
    pattern: str = ""
    symptom_from: int | None = None
    look_back: str
    again: RepeatWording | None = None
    rater: bool = False
    bands: tuple[Band, ...]
    reliable_change: int | None = None
    clinical_cut: Total | None = None
    safety_items: tuple[SafetyItem, ...] = ()
    loinc: dict[str, str] = Field(default_factory=dict)
    loinc_form: str = ""
    sources: dict[str, str] = Field(default_factory=dict)
    licence: str = ""
    examples: tuple[Example, ...] = ()
    sha256: str = ""

    @property
    def total_min(self) -> float:
        """The lowest possible total."""
        return total_of(self, self.all_at(self.item_min))

    @property
    def total_max(self) -> float:
        """The highest possible total."""
        return total_of(self, self.all_at(self.item_max))

    def all_at(self, answer: int) -> dict[int, int]:
        """The same answer to every item."""
        return dict.fromkeys(range(1, self.items + 1), answer)


def asked_about(instrument: Instrument) -> str:
    """What a questionnaire looks back on, the first time and later."""
    again = instrument.again
    return instrument.look_back if again is None else f"{instrument.look_back}; later {again.look_back}"


def total_of(instrument: Instrument, given: Mapping[int, int]) -> float:
    """What answers come to; items that were not asked count nothing."""
    if instrument.mean:
        return stepped(instrument, Fraction(sum(given.values()), instrument.items))
    if not instrument.parts:
        return sum(given.values())
    return sum(part_total(part, given) for part in instrument.parts)


def stepped(instrument: Instrument, total: Fraction) -> float:
    """A total to the nearest step, halves up."""
    step = Fraction(str(instrument.step))
    return tidy(float(floor(total / step + Fraction(1, 2)) * step))


def part_total(part: Part, given: Mapping[int, int]) -> int:
    """What the answers to a part's items come to."""
    weights = part.weights or (1,) * len(part.items)
    counted = [weight * given.get(item, 0) for item, weight in zip(part.items, weights, strict=True)]
    return max(counted) if part.by is PartRule.MAX else sum(counted)


def least_answer(instrument: Instrument, item: int, total: float) -> int:
    """The least answer to an item that a total leaves possible."""
    highest = instrument.all_at(instrument.item_max)
    possible = range(instrument.item_min, instrument.item_max + 1)
    return next((one for one in possible if total_of(instrument, highest | {item: one}) >= total), instrument.item_max)


def band_of(instrument: Instrument, total: float) -> str:
    """The name of the band that a total falls in."""
    return [band.name for band in instrument.bands if band.from_total <= total][-1]
