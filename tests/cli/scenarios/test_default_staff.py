"""The default staff and patient as pure functions, on a course that is lived without a server."""

from datetime import datetime, timedelta
from itertools import count

import pytest

from course import actions
from course.agenda.worklist import needs, next_due
from course.model.terms import HoldCause, Phase, SessionStatus
from course.scores.scoring import score
from play.check import KnownNames, parse_scenario
from play.scenario.acting import ActContext, act_of
from play.scenario.file import Scenario
from play.staff.default import duties, looks_again
from play.staff.duty import Duty
from play.staff.patient import answers, spread
from tests.support.life import Life
from tests.support.records import clinic, make_record

WHOLE = clinic()
KNOWN = KnownNames(WHOLE.protocols, WHOLE.instruments, tuple(WHOLE.sites))


class Lived(Life):
    """A life in which the default staff and the patient of a scenario do their parts."""

    def __init__(self, text: str, protocol: str = "depression") -> None:
        self.scenario: Scenario = parse_scenario(f'protocol = "{protocol}"\n{text}', "test.toml", KNOWN)
        self.refused: list[str] = []
        self.overdue: set[str] = set()
        self.tried: dict[str, datetime] = {}
        self.numbers = count(1)
        record = make_record(protocol)
        super().__init__(record, record.opened_at)

    def live(self, days: float) -> "Lived":
        """Let so many days pass, everybody at work."""
        until = self.now + timedelta(days=days)
        while self.now < until:
            waiting = self.waiting()
            if waiting and waiting[0].at <= self.now:
                self.act(waiting[0])
                continue
            self.overdue |= {f"{one.kind}: {one.text}" for one in needs(self.record, self.now) if one.due < self.now}
            ahead = [*(duty.at for duty in waiting), *looks_again(self.record, self.now), until]
            following = next_due(self.record, self.now)
            self.go_to(max(min([*ahead, following or until]), self.now + timedelta(seconds=1)))
        return self

    def waiting(self) -> list[Duty]:
        """Duties that were not just tried, soonest first."""
        found = [*duties(self.record, self.now, self.scenario), *answers(self.record, self.scenario)]
        fresh = [duty for duty in found if self.tried.get(duty.key, self.now) <= self.now]
        return sorted(fresh, key=lambda duty: duty.at)

    def act(self, duty: Duty) -> None:
        """Do one duty; a refusal is kept."""
        self.tried[duty.key] = self.now + timedelta(hours=12)
        moment = ActContext(now=self.now, start=self.record.opened_at, zone=self.record.zone, record=self.record)
        act = act_of(duty.said, duty.role, f"duty-{next(self.numbers):04}", moment)
        try:
            self.record = actions.apply(self.record, act, self.now).record
        except actions.Refused as refused:
            self.refused.append(f"{act.action}: {refused}")
        self._settle()

    def statuses(self) -> list[SessionStatus]:
        """What became of every visit, in the order in which they were planned."""
        return [one.status for one in sorted(self.record.sessions, key=lambda one: one.ordinal)]


@pytest.mark.parametrize("protocol", sorted(WHOLE.protocols))
def test_staff_that_are_never_late_leave_nothing_overdue(protocol: str) -> None:
    """Two months on each shipped protocol: all sessions given, nothing refused, no need outlives its due time."""
    lived = Lived("", protocol).live(62)
    series = [one for one in lived.record.doses if one.series == "induction"]
    assert len(series) == lived.record.protocol.induction.sessions
    assert lived.record.phase is Phase.MAINTENANCE
    assert lived.refused == []
    assert lived.overdue == set()


def test_high_pressure_is_refused_and_recorded_as_not_given() -> None:
    """172/104 twice: the check says why, the visit ends as not given, and the series still gets its six."""
    lived = Lived("[[visits]]\nsession = 3\nreadings = ['172/104', '170/102']").live(25)
    assert [one.split(":")[0] for one in lived.refused] == ["check_in"]
    assert "blood pressure is too high on two readings" in lived.refused[0]
    assert lived.statuses()[2] is SessionStatus.NOT_GIVEN
    assert len(lived.record.doses) == 6


def test_no_escort_is_no_dose() -> None:
    """Nobody leaves alone: the visit is not given, for that reason."""
    lived = Lived("[[visits]]\nsession = 1\nescort = false").live(8)
    assert "no escort" in lived.refused[0]
    assert (lived.record.sessions[0].status, lived.record.sessions[0].code) == (SessionStatus.NOT_GIVEN, "escort")


def test_an_absence_is_booked_anew_behind_the_visits_that_stand() -> None:
    """A no-show costs no session: a seventh visit is planned after the sixth, inside the windows."""
    lived = Lived("[[visits]]\nsession = 3\ncomes = false").live(25)
    assert lived.statuses() == [SessionStatus.GIVEN if number != 3 else SessionStatus.NO_SHOW for number in range(1, 8)]
    starts = [one.start for one in lived.record.sessions]
    assert starts == sorted(starts)
    assert all(one.deviation == "" for one in lived.record.sessions)


def test_a_hold_is_reviewed_every_week_and_visits_wait_for_its_end() -> None:
    """Kept twice, then released: three reviews at most seven days apart, no dose in between, all six at the end."""
    lived = Lived("[staff]\nhold_reviews = ['keep', 'keep', 'release']").live(5)
    lived.do("hold", cause=HoldCause.MANIA, reason="talks without end")
    held_at = lived.now
    lived.live(45)
    reviews = [entry.at for entry in lived.record.entries if entry.action in {"review", "release"}]
    gaps = [later - sooner for sooner, later in zip([held_at, *reviews], reviews, strict=False)]
    assert len(reviews) == 3
    assert all(gap <= timedelta(days=7, hours=1) for gap in gaps)
    assert [dose for dose in lived.record.doses if held_at < dose.at < reviews[-1]] == []
    assert len(lived.record.doses) == 6
    assert lived.refused == []


def test_what_the_staff_leave_stays_undone() -> None:
    """A scenario can have a clinic in which nobody confirms visits; everything else goes on."""
    lived = Lived("[staff]\nleaves = ['confirm']").live(10)
    assert all(one.confirmed_at is None for one in lived.record.sessions)
    assert lived.record.doses


def test_a_silent_patient_is_called_and_the_measure_waived() -> None:
    """No answer to any request after the first: the visit goes on with a reason, and nobody makes an answer up."""
    silent = "[[answers]]\ninstrument = 'phq9'\ntotals = [18]\nsilent = [2, 3, 4, 5, 6, 7]"
    lived = Lived(silent).live(30)
    assert [score.total for score in lived.record.scores if score.instrument == "phq9"] == [18]
    assert len(lived.record.doses) == 6
    assert any("measure waived" in entry.text for entry in lived.record.entries)


def test_an_answer_leaves_safety_items_to_the_last() -> None:
    """Totals are spread over the other items; item 9 is touched only where nothing else is left."""
    phq9 = WHOLE.instruments["phq9"]
    assert spread(phq9, 24) == (3, 3, 3, 3, 3, 3, 3, 3, 0)
    assert spread(phq9, 25)[8] == 1
    assert all(score(phq9, spread(phq9, total)).total == total for total in range(28))
