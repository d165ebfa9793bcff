"""Random lives: what was told stays true or is taken back, what is owed is not dropped, acts see one another."""

from collections.abc import Iterator
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import invariant, rule

from course import actions
from course.acts.base import BaseAct
from course.agenda import booster_booking, outbox
from course.agenda.due import agenda, forms_missing
from course.agenda.send_results import CALLED_ABOUT, CHANGES
from course.agenda.worklist import needs_ahead
from course.model.parts import Mark
from course.model.record import CourseRecord
from course.model.terms import EndCause, NeedKind, OccasionKind, OccasionState, Phase, SessionStatus, TaskKind
from course.model.visit import Session
from tests.support.life import why_refused
from tests.support.lives.acting import Acting

CALLS = {TaskKind.CALL_MOVED, TaskKind.CALL_INSTEAD, TaskKind.FAILED_MESSAGE, TaskKind.UNCERTAIN_MESSAGE}
JOBS = {OccasionKind.ARCHIVE, OccasionKind.CALENDAR, OccasionKind.ESCALATION}
OVER = ("overtaken by a change", "superseded: ", "stale: the visit has begun")
"""Reasons of what nobody is owed any more: it is said elsewhere, or is true no longer."""

ROWS = {
    OccasionKind.FORMS: {NeedKind.GATES},
    OccasionKind.BOOK: {NeedKind.BOOK, NeedKind.SCHEDULE},
    OccasionKind.LAPSED: {NeedKind.LAPSED, NeedKind.SCHEDULE},
}
"""Rows of the worklist that wait for a person whatever becomes of the message."""

Said = tuple[str, dict[str, Any]]

ENDS: list[Said] = [
    ("discharge", {"cause": EndCause.DIED}),
    ("discharge", {}),
    ("withdraw", {}),
    ("cease", {}),
    ("hold", {"cause": "patient"}),
    ("release", {}),
    ("omit", {"code": "cost"}),
    ("defer", {}),
]


class Promises(Acting):
    """What the patient was told, and what waits to be said."""

    def calls(self, session: str) -> bool:
        """Whether a person was asked to call about a visit."""
        return any(
            task.kind in CALLS and (f"session {session}, " in task.text or task.session.split("/")[0] == session)
            for task in self.record.tasks
        )

    @invariant()
    def nothing_told_is_left_untrue(self) -> None:
        """A visit to come stands as it was told, or a message is due that takes it back, or somebody calls."""
        if self.life.in_flight or self.record.messaging.stopped:
            return
        coming = {one.subject for one in agenda(self.record) if one.kind in CHANGES | {OccasionKind.PLAN}}
        for session in self.told_and_ahead():
            if not session.is_open or session.told != session.start:
                assert session.id in coming or self.calls(session.id), session

    def told_and_ahead(self) -> Iterator[Session]:
        """Visits that the patient expects to come; whoever was there on that day knows that it is over."""
        zone = self.record.zone
        for one in self.record.sessions:
            if one.told is None or one.told <= self.now:
                continue
            there = one.status.is_dosed or one.status is SessionStatus.NOT_GIVEN
            over_on = zone.local(one.ended_at).date() if there and one.ended_at is not None else None
            if over_on != zone.local(one.told).date():
                yield one

    @invariant()
    def nothing_owed_is_dropped_in_silence(self) -> None:
        """What was not sent says why; what asks for something or takes something back goes on, or somebody calls."""
        if self.life.in_flight:
            return
        for name, mark in self.record.occasions.items():
            subject, kind, _ = name.split("/")
            if kind in JOBS or mark.state is OccasionState.SENT:
                continue
            assert mark.reason, name
            if mark.state is OccasionState.LATER:
                assert mark.until is not None, name
            elif kind in CALLED_ABOUT and not self.goes_on(subject, OccasionKind(kind), mark):
                assert self.somebody_asks(name), (name, mark)

    def goes_on(self, subject: str, kind: OccasionKind, mark: Mark) -> bool:
        """Whether nobody is owed it any more, or it is said by another: the dead are owed nothing."""
        if self.record.messaging.stopped or self.record.closed or mark.reason.startswith(OVER):
            return True
        if kind in CHANGES:
            session = self.record.session(subject)
            return session is None or session.told is None or session.told <= mark.at or session.told == session.start
        if kind in ROWS and (ROWS[kind] & {one.kind for one in needs_ahead(self.record)} or not self.owed(kind)):
            return True
        later = [one for name, one in self.record.occasions.items() if name.split("/")[1] == kind and one.at > mark.at]
        return bool(later) or any(one.kind is kind for one in agenda(self.record))

    def owed(self, kind: OccasionKind) -> bool:
        """Whether forms are still missing in intake, or a visit is still to be booked."""
        if kind is OccasionKind.FORMS:
            return self.record.phase is Phase.INTAKE and bool(forms_missing(self.record))
        return (
            booster_booking.lapsed_since(self.record) is not None or booster_booking.book_from(self.record) is not None
        )

    def somebody_asks(self, name: str) -> bool:
        """Whether a task, open or done, came of a message that was not sent."""
        subject, kind, _ = name.split("/")
        words = kind.replace("_", " ")
        return any(
            task.kind in CALLS and (task.session in {name, subject} or words in task.text) for task in self.record.tasks
        )

    @rule(first=st.sampled_from(ENDS), second=st.sampled_from(ENDS), day=st.integers(1, 9))
    def two_at_one_instant(
        self, first: tuple[str, dict[str, Any]], second: tuple[str, dict[str, Any]], day: int
    ) -> None:
        """Two acts that reach the course together: the second sees the first, as if the loop had turned between."""
        before = self.record
        acts = [
            self.life.words(name, reason="as asked", **said, **self.of_a_visit(name, day))
            for name, said in (first, second)
        ]
        letters = self.letters
        alone = why_refused(before, acts[0], self.now)
        refusals = self.life.at_once(*acts)
        assert refusals[0] == alone
        if not alone:
            self.sees(before, acts[0], acts[1], refusals[1])
        if not self.record.messaging.allowed and before.messaging.allowed:
            self.letters_when_silenced = letters

    def sees(self, before: CourseRecord, first: BaseAct, second: BaseAct, refused: str) -> None:
        """The second is refused, or not, as after a turn of the loop; of two ends the first stands."""
        done = actions.apply(before, first, self.now).record
        assert refused == why_refused(outbox.take(done, self.now).record, second, self.now)
        if done.end_cause is not None:
            assert self.record.end_cause is done.end_cause

    def of_a_visit(self, action: str, day: int) -> dict[str, Any]:
        """Which visit an act is about, where it is about one."""
        ahead = self.record.open_sessions
        session: dict[str, Any] = {"session": ahead[0].id if ahead else "s1"}
        if action == "defer":
            return {**session, "to": self.wall(day, 9)}
        return session if action == "omit" else {}
