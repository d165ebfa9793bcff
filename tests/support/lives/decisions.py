"""Random lives: gates, answers, decisions, holds, and how a course ends."""

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from course.agenda.booster_booking import next_window
from course.model.terms import Audience, GateAnswer, Phase, Role
from tests.support.lives.acting import ROLES, SECOND, Acting
from tests.support.ready import gate_acts
from tests.support.stories import BASELINE


class Decisions(Acting):
    """What decides how a course goes on."""

    @rule(decision=st.sampled_from(["maintenance", "maintenance", "extend", "reinduct"]))
    def what_is_owed_is_done(self, decision: str) -> None:
        """Staff do what takes the course on, so that lives come far."""
        if self.record.held is not None:
            self.answer_all_gates()
            self.attempt("release", Role.PRESCRIBER, asked_again=True, reason="reviewed")
        match self.record.phase:
            case Phase.INTAKE:
                self.answer_all_gates()
                self.attempt("measure", Role.NURSE, instrument="phq9", answers=BASELINE)
                self.attempt("clear", Role.PRESCRIBER)
            case Phase.INDUCTION:
                monday = 7 - self.record.zone.local(self.now).weekday()
                self.attempt("schedule", Role.COORDINATOR, first=self.wall(monday, 10), reason="as agreed")
            case Phase.EVALUATION:
                self.attempt("evaluate", Role.PRESCRIBER, decision=decision, sessions=2, reason="as discussed")
            case Phase.MAINTENANCE:
                window = next_window(self.record)
                opens = self.now if window is None else max(self.now, window[0])
                days_ahead = self.record.zone.days_between(self.now, opens)
                for day in range(days_ahead + 1, days_ahead + 5):
                    at = self.wall(day, 10)
                    if self.attempt("booster", Role.PRESCRIBER, at=at, reason="as agreed"):
                        return
            case Phase.CLOSED:
                self.attempt("reopen", Role.PRESCRIBER, reason="came back", second=SECOND)

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

    @rule(role=ROLES)
    def clear(self, role: Role) -> None:
        """Sign, or try to."""
        self.attempt("clear", role)

    @rule(answers=st.lists(st.integers(0, 3), min_size=9, max_size=9), timed=st.booleans())
    def measure(self, answers: list[int], timed: bool) -> None:
        """Answer the questionnaire in any way; a grave answer tells somebody at once."""
        told_before = sum(1 for order in self.life.orders if order.audience is Audience.ONCALL)
        open_before = self.record.open_escalation
        self.attempt("measure", Role.NURSE, instrument="phq9", answers=answers, timed=timed)
        if answers[8] >= 2 and open_before is None:
            assert sum(1 for order in self.life.orders if order.audience is Audience.ONCALL) == told_before + 1

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

    @precondition(lambda self: self.record.phase is not Phase.INTAKE and not self.record.open_sessions)
    @rule()
    def discharge_and_reopen(self) -> None:
        """Close the course and take it up again."""
        if self.attempt("discharge", Role.PRESCRIBER, reason="well"):
            self.attempt("reopen", Role.PRESCRIBER, reason="came back")
