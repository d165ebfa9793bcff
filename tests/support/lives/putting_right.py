"""Random lives: what was typed wrongly is put right, and then reads as if it had been right from the first."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from course.actions import Refused
from course.acts.base import BaseAct
from course.agenda import booster_booking
from course.agenda.evaluations import evaluation_forced
from course.agenda.worklist import needs_ahead
from course.model.need import Need
from course.model.record import CourseRecord
from course.model.terms import NeedKind, Role
from course.phases import dosed_in_series, still_to_plan
from course.rules import stop_review as stopping
from course.scores import outcome_rule
from tests.support.life import RestlessError
from tests.support.lives.acting import ANSWERS, ROLES, SECOND, Acting

ANY = datetime(2000, 1, 1, tzinfo=UTC)
COMPUTED = {NeedKind.EVALUATE, NeedKind.BOOK, NeedKind.LAPSED, NeedKind.SCHEDULE, NeedKind.LEAVE, NeedKind.RECORD}
"""Rows that follow from what stands on the page, and not from what was once raised and waits for its person."""


def reads(record: CourseRecord) -> dict[str, object]:
    """All that is computed from scores and doses."""
    start = outcome_rule.baseline(record)
    return {
        "baseline": None if start is None else start.total,
        "latest": outcome_rule.latest(record),
        "relapse": outcome_rule.relapse(record),
        "forced": evaluation_forced(record),
        "stop": stopping.read(record),
        "window": booster_booking.next_window(record),
        "given": [(one.at, one.mg, one.weight_kg) for one in record.valid_doses],
        "series": (dosed_in_series(record), still_to_plan(record)),
        "needs": [
            replace(one, opens=ANY, due=ANY) if _forced(record, one) else one
            for one in needs_ahead(record)
            if one.kind in COMPUTED
        ],
    }


def _forced(record: CourseRecord, need: Need) -> bool:
    """Whether an evaluation is forced: it is due from the act that forced it on, which may be the correction."""
    return need.kind is NeedKind.EVALUATE and record.forced_since is not None


class PuttingRight(Acting):
    """Corrections and voids by anybody, with and without the second signature."""

    def reads_as_if_always_so(self, wrong: BaseAct, right: BaseAct) -> None:
        """The course reads like one in which it was said right at first, where that one could be lived alike.

        It could not where an act of it is refused, or a worker was away while an escalation that it raises was open.
        """
        item = getattr(self.life.acts[-1], "item", "")
        corrections = [one for one in self.life.acts if one.action == "correct" and getattr(one, "item", "") == item]
        unsaid: dict[str, BaseAct | None] = {one.request_id: None for one in corrections}
        try:
            other = self.life.again({**unsaid, wrong.request_id: right}).record
        except (Refused, RestlessError):
            return
        record = self.record
        if (other.phase, other.held is None) == (record.phase, record.held is None):
            assert reads(record) == reads(other)

    def said(self, action: set[str], number: int) -> BaseAct:
        """The act of this kind that came in as number so much."""
        return [one for one in self.life.acts if one.action in action][number]

    @precondition(lambda self: self.record.scores)
    @rule(role=ROLES, which=st.integers(0, 9), answers=ANSWERS, signed=st.booleans())
    def correct_score(self, role: Role, which: int, answers: list[int], signed: bool) -> None:
        """Put a score right; what reads scores reads as if it had come so."""
        score = self.record.scores[which % len(self.record.scores)]
        second = {"second": SECOND} if signed else {}
        if self.attempt("correct", role, item=score.id, answers=answers, reason="typed wrongly", **second):
            wrong = self.said({"measure"}, int(score.id[1:]) - 1)
            self.reads_as_if_always_so(wrong, wrong.model_copy(update={"answers": tuple(answers)}))

    @precondition(lambda self: self.record.doses)
    @rule(role=ROLES, which=st.integers(0, 9), mg=st.integers(1, 90), signed=st.booleans())
    def correct_dose(self, role: Role, which: int, mg: int, signed: bool) -> None:
        """Put a dose right."""
        dose = self.record.doses[which % len(self.record.doses)]
        second = {"second": SECOND} if signed else {}
        if self.attempt("correct", role, item=dose.session, mg=Decimal(mg), reason="typed wrongly", **second):
            assert signed
            self.reads_as_if_always_so(*self._dose(dose.session, {"mg": Decimal(mg)}))

    def _dose(self, session: str, fields: dict[str, Any]) -> tuple[BaseAct, BaseAct]:
        """The act that wrote a dose down, and the same with something else said."""
        for one in self.life.acts:
            if one.action in {"session", "abort"} and getattr(one, "session", "") == session:
                return one, one.model_copy(update=fields)
        number = [dose.session for dose in self.record.doses if dose.session not in self.by_visit].index(session)
        one = [act for act in self.life.acts if act.action == "late_entry" and getattr(act, "mg", None)][number]
        return one, one.model_copy(update=fields)

    @property
    def by_visit(self) -> set[str]:
        """Visits that were dosed by their own act."""
        return {str(getattr(one, "session", "")) for one in self.life.acts if one.action in {"session", "abort"}}

    @precondition(lambda self: self.record.entries)
    @rule(role=ROLES, which=st.integers(1, 400), text=st.sampled_from(["", "her brother drives"]), void=st.booleans())
    def put_entry_right(self, role: Role, which: int, text: str, void: bool) -> None:
        """Put words right, or take an entry out: nothing that is computed changes, and the entry stays."""
        before = self.record
        if void:
            done = self.attempt("void", role, item=f"entry{which}", second=SECOND, reason="wrong chart")
        else:
            done = self.attempt("correct", role, item=f"entry{which}", text=text, reason="misheard")
        if done:
            assert which <= before.entry_count
            assert reads(self.record) == reads(before)
            assert self.record.entries[:-1] == before.entries[-199:]

    @rule(role=ROLES, which=st.integers(0, 30), signed=st.booleans())
    def void(self, role: Role, which: int, signed: bool) -> None:
        """A score, a dose or an event of another chart counts no more, and stays."""
        record = self.record
        items = [
            *(one.id for one in record.scores),
            *(one.session for one in record.doses),
            *(one.id for one in record.events),
        ]
        second = {"second": SECOND} if signed else {}
        if items and self.attempt("void", role, item=items[which % len(items)], reason="wrong chart", **second):
            assert signed
            kept = self.record
            now = [*(one.id for one in kept.scores), *(one.session for one in kept.doses)]
            assert now == items[: len(now)]
            assert [one.id for one in kept.events] == [one.id for one in record.events]
