"""One scenario that has been lived: everything that a reader or another program may ask of it."""

from dataclasses import dataclass

from adapters.store.drugs.log import SyringeLine
from adapters.store.messages.sends import Sent
from audit.costs import Cost
from course.model.parts import Mark
from course.model.terms import OccasionState
from play.player import Player

NOT_SENT = frozenset({
    OccasionState.SUPPRESSED, OccasionState.LATER, OccasionState.UNCERTAIN, OccasionState.FAILED,
})  # fmt: skip


@dataclass(frozen=True)
class Played:
    """One scenario that has been lived."""

    player: Player
    sends: tuple[Sent, ...]
    costs: tuple[Cost, ...] = ()
    syringes: tuple[SyringeLine, ...] = ()

    @property
    def letters(self) -> tuple[Sent, ...]:
        """What went out, to the patient and to the staff on call, in order."""
        return tuple(one for one in self.sends if one.state is OccasionState.SENT)

    @property
    def to_patient(self) -> tuple[Sent, ...]:
        """What the patient received, in order."""
        return tuple(one for one in self.letters if one.audience == "patient")

    @property
    def not_sent(self) -> tuple[tuple[str, Mark], ...]:
        """Every message that was put off, suppressed, failed or left in doubt, with its reason, in order."""
        found = [(key, mark) for (key, state), mark in self.player.observed.marks.items() if state in NOT_SENT]
        return tuple(sorted(found, key=lambda one: (one[1].at, one[0])))
