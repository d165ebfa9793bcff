"""Scenarios of several courses on the real server: what one of them does shows on the others, and what must not."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise

import pytest

from course.scheduling.slots import slots_ahead
from play.played import Played
from play.results import as_json
from tests.support.lived import TOGETHER, groups_of, letters, said, statuses
from tests.support.records import at

pytestmark = pytest.mark.timeout(400)
CHAIRS = 6
NONE = Decimal(0)
REOPENS = at("2032-03-11T05:00Z")


@pytest.fixture(scope="module")
async def lived(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Played]]:
    """All courses of all of these files."""
    return await groups_of(TOGETHER, tmp_path_factory)


def test_every_step_comes_to_what_its_file_says(lived: Mapping[str, list[Played]]) -> None:
    """No act is applied that should be refused, none refused that should be applied, none in other words."""
    surprises = [(name, one.player.surprises) for name, group in lived.items() for one in group]
    assert [found for found in surprises if found[1]] == []


def test_a_shared_vial_adds_up_and_what_it_lacks_is_owned(lived: Mapping[str, list[Played]]) -> None:
    """1.4 and 0.75 mL given, 0.25 wasted before a witness, 7.45 of 10 left: 0.15 mL has an owner and no story."""
    first, second = lived["vial-shared-and-spilt"]
    syringes = [line for one in (first, second) for line in one.syringes if line.vial.lot == "A7"]
    sums = [line.sum for line in syringes]
    assert [(one.drawn, one.given, one.wasted, one.left) for one in sums] == [
        (Decimal("1.4"), Decimal("1.4"), NONE, NONE),
        (Decimal(1), Decimal("0.75"), Decimal("0.25"), NONE),
    ]
    assert [line.witnesses for line in syringes] == [(), ("lee",)]
    given = [dose.mg for one in (first, second) for dose in one.player.record.valid_doses][::2]
    assert given == [line.mg(line.sum.given) for line in syringes]
    counted = [one.answer for one in first.player.happened if one.what == "count"]
    lacks = "0.15 mL are unaccounted for, which ortiz owns for 24 hours"
    assert counted == [f"counted: 7.45 mL (372.5 mg); the vial holds 7.45 mL; {lacks}"]
    assert first.player.happened[-1].answer == "accounted for: 0.15 mL of lot A7 (dead space of two needles)"
    assert [one.sentence.split(":")[0] for one in second.player.refusals] == [
        "A witness is never who gives or destroys the drug"
    ]
    assert as_json(second)["syringes"][0]["ml"]["wasted"] == "0.25"


def test_two_of_one_name_stay_two(lived: Mapping[str, list[Played]]) -> None:
    """The front desk is told; a name alone clears nobody; each has the letters and the dose of the own course."""
    first, second = lived["two-of-one-name"]
    assert [one.answer for one in second.player.happened] == [
        "Maria Okonkwo, born 1971-02-03, is another patient of a like name"
    ]
    (refusal,) = first.player.refusals
    identifiers, *_ = refusal.sentence.removeprefix("not cleared for dosing: ").split("; ")
    assert identifiers == "check two identifiers: name and date of birth, or the record number"
    assert first.player.record.patient_id != second.player.record.patient_id
    assert [{dose.mg for dose in one.player.record.valid_doses} for one in (first, second)] == [{40}, {31}]
    times = [{line.split(" at ")[1][:5] for line in subjects(one) if " at " in line} for one in (first, second)]
    assert times == [{"09:00"}, {"11:00"}]


def subjects(played: Played) -> list[str]:
    """The subject of each letter to the patient."""
    return [one.subject for one in played.to_patient]


def test_nobody_is_dosed_twice_a_day_on_two_courses(lived: Mapping[str, list[Played]]) -> None:
    """The pain visits of the days of a dose are not given, and planned anew; those of other days are."""
    mood, pain = lived["two-courses-of-one-patient"]
    assert mood.player.record.patient_id == pain.player.record.patient_id
    zone = mood.player.record.zone
    days = [{zone.local(dose.at).date() for dose in one.player.record.valid_doses} for one in (mood, pain)]
    assert [len(one) for one in days] == [4, 2]
    assert not days[0] & days[1]
    assert statuses(pain.player.record)[:5] == ["not_given", "given", "not_given", "given", "not_given"]
    for one in (mood, pain):
        stopped = [sent.as_of for sent in one.to_patient if zone.local(sent.as_of).date().day > 11]
        assert (one.player.record.messaging.opted_out_at is not None, stopped) == (True, [])
    assert f"the patient was dosed today on course {mood.player.place.course_id}" in str(pain.player.refusals)
    assert len(pain.player.record.open_sessions) == pain.player.record.series_target - len(days[1])


def test_who_leaves_hands_over_three_open_escalations(lived: Mapping[str, list[Played]]) -> None:
    """Each was Dr Lee's and unsigned: Dr Okafor is told at once, takes each on and signs it; nothing more is Lee's."""
    group = lived["prescriber-leaves-with-three-alerts"]
    assert len(group) == 3
    assert [one.answer for one in group[0].player.happened] == [
        "Dr Lee is out of service: 3 of 3 courses are reassigned to Dr Okafor"
    ]
    for one in group:
        zone = one.player.record.zone
        told = [letter for letter in one.letters if letter.audience == "oncall"]
        assert [(f"{zone.local(letter.as_of):%a %H:%M}", letter.to_account) for letter in told] == [
            ("Mon 15:00", "lee"),
            ("Mon 18:00", "okafor"),
        ]
        (escalation,) = one.player.record.escalations
        assert (escalation.acknowledged_by, escalation.resolved_at is not None) == ("Dr Okafor", True)
        assert one.player.record.owner == "okafor"
        after = said(one).split("Dr Okafor answers for the course")[1]
        assert "escalation e1 resolved" in after


def test_a_storm_moves_everybody_together(lived: Mapping[str, list[Played]]) -> None:
    """Nobody in the closed days, no chair taken twice, each series in its pattern; who was told is told anew.

    The file tells of forty patients, of whom fourteen are played here.
    """
    group = lived["storm-over-forty-patients"]
    assert [one.answer for one in group[0].player.happened] == ["northside closes: 14 of 14 courses are moved"]
    taken = [slot for one in group for slot in slots_ahead(one.player.record, one.player.now)]
    assert Counter(slot.course_id for slot in taken) == {one.player.record.course_id: 6 for one in group}
    assert min(slot.begins for slot in taken) >= REOPENS
    assert max(sum(two.begins <= one.begins < two.ends for two in taken) for one in taken) == CHAIRS
    for one in group:
        visits = one.player.record.open_sessions
        gaps = [(later.start - earlier.start).days for earlier, later in pairwise(visits)]
        assert set(gaps) <= {1, 2, 3, 4}
        assert len({one.player.record.zone.local(visit.start).time() for visit in visits}) == 1
        old = [letter.subject for letter in one.to_patient if "8 March" in letter.subject]
        moved = [kinds for kinds in letters(one) if "moved" in kinds]
        assert len(moved) == len(old)
    assert 0 < sum(len(one.to_patient) - 1 for one in group) < 4 * len(group)
