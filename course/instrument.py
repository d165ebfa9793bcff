"""An instrument: a questionnaire with its scoring, as data, and the pure arithmetic that scores it."""

from pydantic import Field

from course.carried import Carried


class Band(Carried):
    """A named range that begins at `from_total`."""

    from_total: int
    name: str


class SafetyItem(Carried):
    """An item (1-based) whose answer of at least `at_least` raises an escalation, urgent from `urgent_at_least`."""

    item: int
    at_least: int = 1
    urgent_at_least: int = 2


class Example(Carried):
    """A worked example that tests run."""

    answers: tuple[int, ...]
    total: int
    band: str
    flags: tuple[str, ...] = ()


class Instrument(Carried):
    """Items share one range of answers from `item_min` to `item_max`; the total is their sum."""

    id: str
    title: str
    version: str = "1"
    items: int
    item_min: int = 0
    item_max: int
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
    def total_max(self) -> int:
        """The highest possible total."""
        return self.items * self.item_max


class ScoringError(ValueError):
    """Answers that this instrument cannot score; the sentence says what would be right."""


class Scored(Carried):
    """A scored answer set."""

    instrument: str
    total: int
    band: str
    flags: tuple[str, ...] = ()


def score(instrument: Instrument, answers: tuple[int, ...], total: int | None = None) -> Scored:
    """Score `answers`; a stated `total` must agree with them. Raises ScoringError."""
    if len(answers) != instrument.items:
        raise ScoringError(
            f"{instrument.id} has {instrument.items} items, {len(answers)} answers came: give one answer an item"
        )
    for number, answer in enumerate(answers, start=1):
        if not instrument.item_min <= answer <= instrument.item_max:
            raise ScoringError(
                f"{instrument.id} item {number} is out of range: "
                f"answers go from {instrument.item_min} to {instrument.item_max}"
            )
    added = sum(answers)
    if total is not None and total != added:
        raise ScoringError(
            f"{instrument.id}: the stated total contradicts its items: leave the total out or correct the answers"
        )
    return Scored(
        instrument=instrument.id,
        total=added,
        band=band_of(instrument, added),
        flags=tuple(
            f"item {safety.item}" for safety in instrument.safety_items if answers[safety.item - 1] >= safety.at_least
        ),
    )


def score_total(instrument: Instrument, total: int) -> Scored:
    """Score a bare total, as raters and paper forms give it. Raises ScoringError."""
    if not instrument.item_min * instrument.items <= total <= instrument.total_max:
        raise ScoringError(
            f"{instrument.id} totals go from {instrument.item_min * instrument.items} to {instrument.total_max}"
        )
    return Scored(instrument=instrument.id, total=total, band=band_of(instrument, total))


def band_of(instrument: Instrument, total: int) -> str:
    """The name of the band that a total falls in."""
    return [band.name for band in instrument.bands if band.from_total <= total][-1]
