"""What all random lives have in common: a course to act on, acts that may be refused, mail that may fail."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from course.actions import Refused
from course.model.messages import SendOrder
from course.model.record import CourseRecord
from course.model.terms import Audience, OccasionState, Role
from tests.support.life import STAFF, Life
from tests.support.sentences import is_one_sentence
from tests.support.stories import cleared, enrolled, maintained, scheduled, treated

ROLES = st.sampled_from([Role.COORDINATOR, Role.NURSE, Role.PRESCRIBER])
SECOND = STAFF[Role.PRESCRIBER].model_copy(update={"account_id": "okafor", "name": "Dr Okafor"})
ANSWERS = st.lists(st.integers(0, 3), min_size=9, max_size=9)


class Acting(RuleBasedStateMachine):
    """Staff do anything in any order, also what they may not; mail fails now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.life = enrolled()
        self.fates: list[OccasionState] = []
        self.letters_when_silenced: int | None = None
        self.releases: set[datetime] = set()

    @initialize(begin=st.sampled_from([maintained, scheduled, treated, cleared, enrolled]))
    def begin(self, begin: Callable[[], Life]) -> None:
        """Start at any point of the clinic's page."""
        self.life = begin()
        self.life.fate = self._fate

    def _fate(self, order: SendOrder) -> OccasionState:
        if not self.fates or (order.audience is Audience.ONCALL and self.fates[-1] is not OccasionState.IN_FLIGHT):
            return OccasionState.SENT
        return self.fates.pop()

    def attempt(self, action: str, role: Role, **fields: Any) -> bool:
        """Try an act; a refusal is one sentence and leaves the record as it was, to the letter."""
        before, letters, sentence = self.life.record, self.letters, ""
        try:
            self.life.do(action, role, **fields)
        except Refused as refused:
            sentence = str(refused)
        if sentence:
            assert is_one_sentence(sentence)
            assert self.life.record is before
            return False
        if self.record.messaging.allowed:
            self.letters_when_silenced = None
        elif before.messaging.allowed:
            self.letters_when_silenced = letters
        return True

    @property
    def letters(self) -> int:
        """How many letters to the patient were begun."""
        return sum(1 for order in self.life.orders if order.audience is Audience.PATIENT)

    @property
    def now(self) -> datetime:
        """The instant on the course's clock."""
        return self.life.now

    @property
    def record(self) -> CourseRecord:
        """The course as it stands."""
        return self.life.record

    def wall(self, day: int, hour: int, minute: int = 0) -> datetime:
        """An instant `day` days from now, at this hour of the clinic's clock."""
        zone = self.record.zone
        local = (zone.local(self.now) + timedelta(days=day)).replace(hour=hour, minute=minute, second=0, microsecond=0)
        return zone.lenient(local)
