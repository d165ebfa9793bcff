"""Random lives of a course, held against what must be true of every one."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from course.actions import Refused
from course.carried import days, minutes
from course.messages import CalendarEntry, SendOrder
from course.record import CourseRecord
from course.terms import (
    Audience,
    GateAnswer,
    GateKind,
    OccasionKind,
    OccasionState,
    Phase,
    Role,
    SessionStatus,
)
from course.worklist import next_owed
from tests.support.life import Life
from tests.support.ready import gate_acts
from tests.support.stories import cleared, enrolled, letters, maintained, scheduled, treated

ROLES = st.sampled_from([Role.COORDINATOR, Role.NURSE, Role.PRESCRIBER])
VISIT_MESSAGES = {OccasionKind.VISIT_72H, OccasionKind.VISIT_24H, OccasionKind.VISIT_2H}
NAMES_A_TIME = VISIT_MESSAGES | {OccasionKind.MOVED}


class Lives(RuleBasedStateMachine):
    """Staff do anything in any order, also what they may not; mail fails now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.life = enrolled()
        self.fates: list[OccasionState] = []

    def _fate(self, order: SendOrder) -> OccasionState:
        if order.audience is Audience.ONCALL or not self.fates:
            return OccasionState.SENT
        return self.fates.pop()

    def attempt(self, action: str, role: Role, **said: object) -> bool:
        """Try an act; a refusal leaves the record as it was, to the letter."""
        before = self.life.record
        sentence = ""
        try:
            self.life.do(action, role, **said)
        except Refused as refused:
            sentence = str(refused)
        if not sentence:
            return True
        assert self.life.record is before
        return False

    @property
    def now(self) -> datetime:
        """The instant on the course's clock."""
        return self.life.now

    @property
    def record(self) -> CourseRecord:
        """The course as it stands."""
        return self.life.record

    @initialize(begin=st.sampled_from([enrolled, cleared, scheduled, treated, maintained]))
    def begin(self, begin: Callable[[], Life]) -> None:
        """Start at any point of the clinic's page."""
        self.life = begin()
        self.life.fate = self._fate

    @rule()
    def answer_all_gates(self) -> None:
        """Answer every gate well."""
        for role, said in gate_acts(self.record.protocol):
            self.attempt("gate", role, **said)

    @rule(role=ROLES, which=st.integers(0, 30), answer=st.sampled_from(GateAnswer))
    def answer_one_gate(self, role: Role, which: int, answer: GateAnswer) -> None:
        """Answer one gate in any way."""
        gates = self.record.protocol.gates
        if gates:
            gate = gates[which % len(gates)]
            self.attempt("gate", role, gate=gate.id, answer=answer, detail="x", reason="because")

    @rule(hours=st.integers(1, 24 * 12))
    def wait(self, hours: int) -> None:
        """Let up to twelve days pass."""
        self.life.wait(hours=hours)

    @rule(role=ROLES)
    def clear(self, role: Role) -> None:
        """Sign, or try to."""
        self.attempt("clear", role)

    @rule(day=st.integers(1, 9), hour=st.integers(6, 19))
    def schedule(self, day: int, hour: int) -> None:
        """Plan the series, or what is left of it."""
        self.attempt("schedule", Role.COORDINATOR, first=self.wall(day, hour), reason="as agreed")

    def wall(self, day: int, hour: int, minute: int = 0) -> datetime:
        """An instant `day` days from now, at this hour of the clinic's clock."""
        zone = self.record.zone
        local = (zone.local(self.now) + timedelta(days=day)).replace(hour=hour, minute=minute, second=0, microsecond=0)
        return zone.lenient(local)

    @precondition(lambda self: self.record.open_sessions)
    @rule(
        which=st.integers(0, 9),
        day=st.integers(-1, 9),
        hour=st.integers(8, 18),
        minute=st.sampled_from([0, 10, 30]),
        scope=st.sampled_from(["only", "rest"]),
    )
    def defer(self, which: int, day: int, hour: int, minute: int, scope: str) -> None:
        """Move any visit anywhere."""
        session = self.record.open_sessions[which % len(self.record.open_sessions)]
        to = self.wall(day, hour, minute)
        self.attempt("defer", Role.COORDINATOR, session=session.id, to=to, scope=scope, reason="asked for it")

    @precondition(lambda self: self.record.open_sessions)
    @rule(hours_before=st.integers(1, 80), by=st.sampled_from([minutes(10), days(1), days(2), days(3), minutes(-10)]))
    def tell_and_move(self, hours_before: int, by: timedelta) -> None:
        """Come near a visit, so that the patient was told of it, then move it."""
        session = self.record.open_sessions[0]
        self.life.go_to(max(self.now, session.start - timedelta(hours=hours_before)))
        self.attempt(
            "defer", Role.NURSE, session=session.id, to=session.start + by, scope="rest", reason="small change"
        )

    @precondition(lambda self: self.record.open_sessions)
    @rule(by=st.sampled_from([minutes(10), days(1), minutes(-10)]))
    def nudge(self, by: timedelta) -> None:
        """Move the next visit by a little."""
        session = self.record.open_sessions[0]
        self.attempt("defer", Role.NURSE, session=session.id, to=session.start + by, reason="small change")

    @precondition(lambda self: self.record.open_sessions)
    @rule(role=ROLES, waits=st.booleans(), end=st.sampled_from(["session", "no_show", "not_given", "omit", "abort"]))
    def visit(self, role: Role, waits: bool, end: str) -> None:
        """End a visit in any way, after trying to clear it."""
        session = self.record.open_sessions[0]
        if waits:
            self.life.go_to(max(self.now, session.start))
        held, cleared = self.record.held, self.record.clearance
        arrived = self.attempt(
            "check_in",
            role,
            session=session.id,
            identifiers=2,
            weight_kg=Decimal(70),
            weight_confirmed=True,
            escort=True,
            fasting=True,
            asked=True,
            readings=[{"at": self.now, "systolic": 120, "diastolic": 80}],
            measure_waived="no tablet today",
        )
        if arrived:
            assert held is None
            assert cleared is not None
            assert role in {Role.NURSE, Role.PRESCRIBER}
            assert not self.unmet_absolute_gates()
        given = {"started_at": self.now - minutes(40), "minutes": 40, "mg": Decimal(35), "weight_kg": Decimal(70)}
        ends: dict[str, dict[str, object]] = {
            "session": given,
            "abort": {**given, "reason": "dizzy"},
            "no_show": {},
            "not_given": {"code": "illness", "reason": "a cold"},
            "omit": {"code": "cost", "reason": "cost"},
        }
        status = self.record.session(session.id)
        dosable = status is not None and status.is_open and role is not Role.COORDINATOR
        done = self.attempt(end, role, session=session.id, **ends[end])
        if end == "session" and dosable:
            assert done, "what happened is always recordable"

    def unmet_absolute_gates(self) -> list[str]:
        """Exclusions that stand, read without the rules under test."""
        return [
            gate.id
            for gate in self.record.protocol.gates
            if gate.kind is GateKind.ABSOLUTE
            and (gate.id not in self.record.gates or self.record.gates[gate.id].answer is not GateAnswer.NO)
        ]

    @rule(answers=st.lists(st.integers(0, 3), min_size=9, max_size=9), timed=st.booleans())
    def measure(self, answers: list[int], timed: bool) -> None:
        """Answer the questionnaire in any way; a grave answer tells somebody at once."""
        told_before = sum(1 for _, order in self.life.sent if order.audience is Audience.ONCALL)
        open_before = self.record.open_escalation
        self.attempt("measure", Role.NURSE, instrument="phq9", answers=answers, timed=timed)
        if answers[8] >= 2 and open_before is None:
            assert sum(1 for _, order in self.life.sent if order.audience is Audience.ONCALL) == told_before + 1

    @rule()
    def answer_the_escalation(self) -> None:
        """Acknowledge and resolve."""
        escalation = self.record.open_escalation
        if escalation is not None:
            self.attempt("acknowledge", Role.PRESCRIBER)
            self.attempt("resolve", Role.PRESCRIBER, item=escalation.id, reason="seen, safe")

    @rule(decision=st.sampled_from(["maintenance", "extend", "reinduct", "discharge"]))
    def evaluate(self, decision: str) -> None:
        """Decide, or try to."""
        self.attempt("evaluate", Role.PRESCRIBER, decision=decision, sessions=2, reason="as discussed")

    @rule(day=st.integers(1, 45), early=st.booleans())
    def booster(self, day: int, early: bool) -> None:
        """Book a booster, early or not."""
        self.attempt("booster", Role.PRESCRIBER, at=self.wall(day, 9), early=early, reason="as agreed")

    @rule(interval=st.one_of(st.none(), st.integers(1, 60)))
    def interval(self, interval: int | None) -> None:
        """Change the interval to anything."""
        self.attempt("interval", Role.PRESCRIBER, interval_days=interval, reason="as agreed")

    @rule(role=ROLES, cause=st.sampled_from(["patient", "psychosis"]))
    def hold(self, role: Role, cause: str) -> None:
        """Hold the course."""
        self.attempt("hold", role, cause=cause, reason="to be safe")

    @rule(role=ROLES)
    def release(self, role: Role) -> None:
        """Release it, or try to."""
        self.attempt("release", role, asked_again=True, reason="reviewed")

    @rule(out=st.booleans())
    def opt(self, out: bool) -> None:
        """Stop or allow messages."""
        self.attempt("contact", Role.PATIENT, opt_out=out)

    @rule(fate=st.sampled_from([OccasionState.UNCERTAIN, OccasionState.FAILED]))
    def mail_fails(self, fate: OccasionState) -> None:
        """Let the next letter fail."""
        self.fates.append(fate)

    @precondition(lambda self: self.record.phase is not Phase.INTAKE)
    @rule()
    def discharge_and_reopen(self) -> None:
        """Close the course and take it up again."""
        if self.attempt("discharge", Role.PRESCRIBER, reason="well"):
            self.attempt("reopen", Role.PRESCRIBER, reason="came back")

    @invariant()
    def carried_state_is_the_record(self) -> None:
        """What is written and read back is the same record, so any crash point continues alike."""
        record = self.record
        assert CourseRecord.model_validate_json(record.model_dump_json()) == record

    @invariant()
    def every_message_once(self) -> None:
        """An occasion is sent at most once, and a kind at most once about one visit at one time."""
        parts = [part for _, order in self.life.to_patient() for part in order.parts]
        assert not [name for name, times in Counter(part.occasion for part in parts).items() if times > 1]
        visits = Counter(
            (part.occasion.split("/")[0], part.kind, part.facts["when"])
            for part in parts
            if part.kind in VISIT_MESSAGES
        )
        assert not [name for name, times in visits.items() if times > 1]

    @invariant()
    def nobody_disappears(self) -> None:
        """An open course owes somebody something within 35 days."""
        if not self.record.closed:
            owed = next_owed(self.record)
            assert owed is not None
            assert owed - self.now <= days(35)

    @invariant()
    def no_message_against_the_patients_will(self) -> None:
        """Nothing is in flight to a patient who opted out."""
        opted_out_at = self.record.messaging.opted_out_at
        if opted_out_at is not None:
            assert not [at for at, _ in self.life.to_patient() if at > opted_out_at]

    @invariant()
    def one_message_at_a_time(self) -> None:
        """Things due at one instant go out as one letter."""
        instants = Counter(at for at, _ in self.life.to_patient())
        assert all(times == 1 or self.acted_at(instant) for instant, times in instants.items())

    def acted_at(self, instant: datetime) -> bool:
        """Whether staff acted at this instant, which may add a letter."""
        return instant in self.life.acted or instant == self.record.opened_at

    @invariant()
    def told_the_truth(self) -> None:
        """Once the loop is at rest, the last time that a patient was told is where the visit stands."""
        record = self.record
        if not record.messaging.allowed or record.messaging.zone.local(self.now).hour not in range(8, 21):
            return
        for session in record.open_sessions:
            waits = f"{session.id}/moved/"
            moved = [mark for name, mark in record.occasions.items() if name.startswith(waits)]
            undelivered = [mark for mark in moved if mark.state is not OccasionState.SENT]
            if session.told is not None and session.start > self.now and not undelivered:
                assert session.told == session.start

    @invariant()
    def calendars_show_what_was_told(self) -> None:
        """A calendar that keeps the highest sequence of each visit shows it where the patient was last told it is."""
        calendar: dict[str, CalendarEntry] = {}
        for _, order in self.life.to_patient():
            for entry in (entry for part in order.parts for entry in part.calendar):
                before = calendar.get(entry.session)
                if before is None or entry.sequence >= before.sequence:
                    calendar[entry.session] = entry
        for session in self.record.sessions:
            if session.told is not None:
                assert calendar[session.id].starts == session.told
            elif session.id in calendar:
                assert calendar[session.id].cancelled

    @invariant()
    def doses_are_kept(self) -> None:
        """Every session that gave drug left one dose."""
        dosed = {one.id for one in self.record.sessions if one.status in {SessionStatus.GIVEN, SessionStatus.ABORTED}}
        assert dosed <= {dose.session for dose in self.record.doses}


Lives.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
test_lives = Lives.TestCase


def test_nothing_starts_before_its_time() -> None:
    """A fresh course sends its forms and its first questionnaire in one letter, then waits."""
    assert letters(enrolled()) == [("Mon 02 Nov 09:00", ["intake/forms/1", "ask1/measure/1"])]
