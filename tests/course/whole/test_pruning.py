"""What a record carries from page to page, and what it lets go: nothing that somebody still has to do."""

from typing import Any

import pytest

from course.model.base import days
from course.model.journal import open_task, prune
from course.model.parts import Applied, Escalation, Mark, Task, Trigger
from course.model.record import CourseRecord
from course.model.terms import OccasionKind, OccasionState, Role, SessionStatus, TaskKind, Urgency
from tests.support.ready import VISIT
from tests.support.records import FIRST, make_record, treated
from tests.support.stories import maintained

NOW = FIRST + days(400)
TASK = Task(id="t1", kind=TaskKind.ALERT, opened_at=FIRST, due=FIRST, role=Role.NURSE, text="look")
TRIGGER = Trigger(what="PHQ-9 item 9", subject="m1", at=FIRST, urgency=Urgency.URGENT)
ESCALATION = Escalation(id="e1", opened_at=FIRST, clock_from=FIRST, triggers=(TRIGGER,))


@pytest.mark.parametrize(("since", "kept"), [(None, True), (29, True), (30, True), (31, False)])
def test_what_is_settled_stays_a_month_and_what_is_open_stays(since: int | None, kept: bool) -> None:
    """Tasks and escalations are carried while they are open, and thirty days longer."""
    resolved = None if since is None else NOW - days(since)
    record = make_record(
        tasks=(TASK.with_(resolved_at=resolved),), escalations=(ESCALATION.with_(resolved_at=resolved),)
    )
    pruned = prune(record, NOW)
    assert (bool(pruned.tasks), bool(pruned.escalations)) == (kept, kept)


@pytest.mark.parametrize(("since", "kept"), [(None, True), (45, True), (46, False)])
def test_a_visit_stays_while_a_claim_about_it_may_come(since: int | None, kept: bool) -> None:
    """Open visits are always carried, past ones 45 days; their doses and scores stay for good."""
    over = None if since is None else NOW - days(since)
    visit = VISIT.with_(ended_at=over, status=SessionStatus.PLANNED if since is None else SessionStatus.GIVEN)
    record = treated(sessions=(visit,))
    pruned = prune(record, NOW)
    assert bool(pruned.sessions) is kept
    assert pruned.doses == record.doses


def test_therapies_and_medicines() -> None:
    """A therapy that goes on stays, one that ended a month; a medicine a year, or until it has been reviewed."""
    life = maintained()
    for name in ("goes on", "ended"):
        life.do("therapy", Role.NURSE, name=name, every_days=14)
    ended = life.record.therapies[-1]
    assert life.record.therapies[0].name == "goes on"
    life.do("therapy", Role.NURSE, therapy=ended.id, ends=True)
    review = life.now + days(20)
    ordered: dict[str, Any] = {"ordered": True, "review_at": review}
    for name, said in (("reported", {}), ("to be reviewed", ordered)):
        life.do("medicine", name=name, was="1 mg", now="2 mg", starts=life.now, **said)

    def carried(after: float) -> tuple[set[str], set[str]]:
        record = prune(life.record, life.now + days(after))
        return {one.name for one in record.therapies}, {one.name for one in record.medicines} - {"none"}

    assert carried(30) == ({"goes on", "ended"}, {"reported", "to be reviewed"})
    assert carried(31) == ({"goes on"}, {"reported", "to be reviewed"})
    assert carried(365) == ({"goes on"}, {"reported", "to be reviewed"})
    assert carried(366) == ({"goes on"}, {"to be reviewed"})


@pytest.mark.parametrize(
    ("state", "since", "kept"),
    [
        (OccasionState.SENT, 30, True),
        (OccasionState.SENT, 31, False),
        (OccasionState.IN_FLIGHT, 31, True),
        (OccasionState.LATER, 31, True),
    ],
)
def test_what_became_of_a_message_is_carried_with_what_it_is_about(
    state: OccasionState, since: int, kept: bool
) -> None:
    """A month after it was sent, or while it is not settled; of a visit that is still carried, as long as that is."""
    mark = Mark(state=state, at=NOW - days(since))
    record = make_record(occasions={"s9/visit_24h/1": mark, "s1/visit_24h/1": mark}, sessions=(VISIT,))
    assert set(prune(record, NOW).occasions) == {"s1/visit_24h/1"} | ({"s9/visit_24h/1"} if kept else set())


def test_an_escalation_of_weeks_carries_its_last_steps() -> None:
    """Of many rounds the last twenty steps are carried, and any that is still under way; other messages stay."""
    standing = ESCALATION.with_(steps=50)
    sent = Mark(state=OccasionState.SENT, at=NOW - days(1))
    marks = {f"e1/{OccasionKind.ESCALATION}/{step}": sent for step in range(1, 51)}
    under_way = f"e1/{OccasionKind.ESCALATION}/2"
    marks[under_way] = sent.with_(state=OccasionState.IN_FLIGHT)
    marks[f"course/{OccasionKind.CLOSED}/1"] = marks["s1/visit_24h/1"] = sent
    record = make_record(escalations=(standing,), occasions=marks, sessions=(VISIT,))
    steps = {int(key.split("/")[2]) for key in prune(record, NOW).occasions if key.startswith("e1/")}
    assert steps == {2, *range(30, 51)}
    assert {f"course/{OccasionKind.CLOSED}/1", "s1/visit_24h/1"} <= set(prune(record, NOW).occasions)


def test_a_request_is_known_again_for_thirty_days() -> None:
    """The same request id is answered as before for a month, of at most the last five hundred."""
    many = {f"r{number}": Applied(at=NOW - days(30), digest="d", answer="a", entry=number) for number in range(1, 503)}
    old = Applied(at=NOW - days(31), digest="d", answer="a", entry=0)
    kept = prune(make_record(applied={"old": old, **many}), NOW).applied
    assert list(kept) == [f"r{number}" for number in range(3, 503)]


def test_a_task_stands_once_for_what_it_is_about() -> None:
    """The same kind about the same visit is one open task; another visit, or one that was resolved, is another."""

    def asked(record: CourseRecord, session: str) -> CourseRecord:
        return open_task(record, TaskKind.ALERT, NOW, NOW - days(1), Role.NURSE, "look", session, (f"m-{session}",))

    record = asked(asked(make_record(), "s1"), "s1")
    assert [(one.session, one.of) for one in record.tasks] == [("s1", ("m-s1",))]
    record = asked(record, "s2")
    assert [one.session for one in record.tasks] == ["s1", "s2"]
    done = record.with_(tasks=tuple(one.with_(resolved_at=NOW) for one in record.tasks))
    assert [one.id for one in asked(done, "s1").tasks] == ["t1", "t2", "t3"]
    assert record.tasks[0].due == NOW, "no task is overdue when it is opened"
