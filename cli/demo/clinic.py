"""What the demo shows of the whole clinic: chairs, drugs, and the proof that nobody is missing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from adapters.store.drugs.ledger import Discrepancy
from adapters.store.drugs.log import SyringeLine
from adapters.working import evidence_of
from course.model.calendar import Zone
from course.scheduling.slots import Slot, on_chairs
from course.views.proof import Proof, prove
from play.player import Player
from play.world.stage import Stage


@dataclass(frozen=True)
class Day:
    """One day of a site by chair."""

    zone: Zone
    day: date
    chairs: tuple[tuple[Slot, ...], ...]


@dataclass(frozen=True)
class Clinic:
    """The clinic around the courses, at the end of the year; `names` by course."""

    names: dict[str, str]
    fullest: Day
    syringes: tuple[SyringeLine, ...]
    discrepancies: tuple[Discrepancy, ...]
    proof: Proof

    @property
    def open(self) -> tuple[Discrepancy, ...]:
        """Discrepancies that wait for somebody."""
        return tuple(one for one in self.discrepancies if one.resolved_at is None)


async def look_around(here: Stage, players: Sequence[Player]) -> Clinic:
    """The fullest day, the drug log and the proof, out of lists, ledgers and the server."""
    store, first = here.app.store, players[0].record
    log = store.drug_log
    ends = max(one.now for one in players)
    slots = await store.slots.between(first.site, players[0].start, ends)
    return Clinic(
        {one.place.course_id: one.place.name for one in players},
        _fullest(first.zone, slots),
        await log.syringes(),
        await log.discrepancies(open_only=False),
        prove(await evidence_of(here.app).gather(ends)),
    )


def _fullest(zone: Zone, slots: Sequence[Slot]) -> Day:
    """The first of the days with the most visits."""
    count = Counter(zone.local(one.begins).date() for one in slots)
    day = max(sorted(count), key=lambda one: count[one])
    chairs = on_chairs(one for one in slots if zone.local(one.begins).date() == day)
    return Day(zone, day, tuple(tuple(chair) for chair in chairs))


def in_words(clinic: Clinic) -> tuple[str, ...]:
    """A line for each: drugs, chairs, proof."""
    vials = len({one.vial.vial_id for one in clinic.syringes})
    wasted = sum((one.sum.wasted for one in clinic.syringes), Decimal(0))
    missing = sum((one.ml for one in clinic.discrepancies), Decimal(0))
    full, wrong = clinic.fullest, clinic.proof.exceptions
    visits = sum(len(chair) for chair in full.chairs)
    drawn = f"{len(clinic.syringes)} syringes out of {vials} vial{'' if vials == 1 else 's'}"
    lost = f"{missing} mL were unaccounted for, {len(clinic.open)} discrepancies are open"
    return (
        f"drugs      {drawn}, {wasted} mL wasted before a witness, {lost}",
        f"chairs     {visits} visits on the fullest day, {full.day:%d %b %Y}, on {len(full.chairs)} chairs",
        f"proof      {len(clinic.proof.open)} open courses, each with what is due next; {len(wrong)} exceptions",
        *(f"  {one.subject}: {one.sentence}" for one in wrong),
    )
