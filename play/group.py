"""The courses of one scenario file: they share people and stock, and live in order of time."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from course.model.parts import Actor
from course.model.terms import Role
from play.scenario.acting import CAST
from play.scenario.file import Scenario

if TYPE_CHECKING:
    from play.player import Player


@dataclass
class Group:
    """What the courses of one file have in common."""

    scenario: Scenario
    players: list["Player"] = field(default_factory=list)
    cast: dict[Role, Actor] = field(default_factory=lambda: dict(CAST))
    vials: dict[str, str] = field(default_factory=dict)
    syringes: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def alone(self) -> bool:
        """Whether the file tells of one course only."""
        return len(self.players) == 1

    async def live(self) -> None:
        """Live to the end; of several courses always the one whose next thing comes first."""
        while ahead := [one for one in self.players if not one.over]:
            first = min(ahead, key=lambda one: one.next_at)
            await first.live_on(first.ends_at if self.alone and first.begun else first.next_at)

    async def all_at(self, player: "Player") -> tuple["Player", ...]:
        """Every course that has begun, brought to where the clock of one of them stands."""
        here = [one for one in self.players if one.begun and not one.gone]
        for one in here:
            if one.now < player.now:
                await one.play_to(player.now)
        return tuple(here)
