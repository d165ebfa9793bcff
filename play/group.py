"""The courses of one scenario file: they share people and stock, and live in order of time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from course.acts.catalogue import Act
from course.model.parts import Actor
from course.model.record import CourseRecord
from course.model.terms import Role
from play.scenario.acting import CAST
from play.scenario.file import Scenario
from play.world.place import Place


class PlayedCourse(Protocol):
    """A course while it is lived, as what happens to it and beside it sees it; `play/player.py` lives it."""

    place: Place
    scenario: Scenario
    start: datetime
    group: "Group"
    record: CourseRecord
    now: datetime
    gone: bool

    @property
    def begun(self) -> bool:
        """Whether it is enrolled."""

    @property
    def over(self) -> bool:
        """Whether nothing of the scenario is left to live."""

    @property
    def next_at(self) -> datetime:
        """When its next thing happens."""

    @property
    def ends_at(self) -> datetime:
        """When the scenario ends."""

    async def live_on(self, until: datetime) -> None:
        """Begin it, or live on until an instant."""

    async def play_to(self, until: datetime) -> None:
        """Live on until an instant, or until the course has ended for good."""

    async def settle(self) -> None:
        """Wait until it has done all that is due."""

    async def applies(self, act: Act) -> bool:
        """Whether an act that it should take is taken."""

    def act(self, fields: Mapping[str, Any], role: Role, request_id: str | None = None) -> Act:
        """The act that is meant by these words now."""

    async def send(self, act: Act) -> str:
        """Do an act; what was said against it, or nothing."""


@dataclass
class Group:
    """What the courses of one file have in common."""

    scenario: Scenario
    players: list[PlayedCourse] = field(default_factory=list)
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

    async def all_at(self, player: PlayedCourse) -> tuple[PlayedCourse, ...]:
        """Every course that has begun, brought to where the clock of one of them stands."""
        here = [one for one in self.players if one.begun and not one.gone]
        for one in here:
            if one.now < player.now:
                await one.play_to(player.now)
        return tuple(here)
