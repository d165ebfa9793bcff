"""Exactly what a patient receives, and when."""

from datetime import timedelta

from course.agenda.outbox import take
from course.model.terms import Audience, OccasionKind, OccasionState, Role
from tests.support.records import at, make_record
from tests.support.stories import (
    BEGAN,
    MONDAY,
    after,
    cleared,
    enrolled,
    give,
    letters,
    local,
    maintained,
    scheduled,
    treated,
)


def visit_letters(life: object, session: str) -> list[tuple[str, list[str]]]:
    """Letters that speak of one session, only those parts."""
    found = [(when, [part for part in parts if part.startswith(f"{session}/")]) for when, parts in letters(life)]  # type: ignore[arg-type]
    return [(when, parts) for when, parts in found if parts]


def test_a_series_of_three_a_week_writes_once_a_day_at_most() -> None:
    """Reminders, questionnaires and check-ins of a whole induction share letters; no day has two."""
    life = treated()
    days = [when[:10] for when, _ in letters(life)[1:]]
    assert len(days) == len(set(days))


def test_a_nine_o_clock_visit_is_reminded_twice() -> None:
    """T-72 h stands alone; T-24 h takes along the address, because two hours before nine is too early to write."""
    life = scheduled()
    life.go_to(MONDAY)
    assert visit_letters(life, "s1") == [
        ("Fri 06 Nov 09:00", ["s1/visit_72h/1"]),
        ("Sun 08 Nov 09:00", ["s1/visit_24h/1", "s1/visit_2h/1"]),
    ]


def test_an_afternoon_visit_is_reminded_three_times() -> None:
    """Where two hours before is a decent hour the address comes on the day."""
    life = scheduled(first=MONDAY + timedelta(hours=5))
    life.go_to(MONDAY + timedelta(hours=5))
    assert visit_letters(life, "s1") == [
        ("Fri 06 Nov 14:00", ["s1/visit_72h/1"]),
        ("Sun 08 Nov 14:00", ["s1/visit_24h/1"]),
        ("Mon 09 Nov 12:00", ["s1/visit_2h/1"]),
    ]


def test_nine_stays_nine_across_daylight_saving() -> None:
    """The day-before reminder of a visit after the clocks change comes at nine by the wall."""
    life = maintained()
    life.go_to(at("2027-03-01T15:00Z"))
    if not life.record.open_sessions:
        life.do("booster", at=at("2027-03-15T13:00Z"), reason="as agreed", early=False)
    life.go_to(at("2027-03-15T13:00Z"))
    session = life.record.open_sessions[0]
    assert local(life, session.start) == "Mon 15 Mar 09:00"
    assert ("Sun 14 Mar 09:00", [f"{session.id}/visit_24h/1", f"{session.id}/visit_2h/1"]) in visit_letters(
        life, session.id
    )


def test_a_visit_moved_before_anyone_was_told_is_silent() -> None:
    """Nothing was said, so nothing is to be taken back."""
    life = scheduled()
    life.do("defer", session="s6", to=after_days(life, "s6", 3), reason="holiday", scope="only")
    life.go_to(life.record.sessions[5].start)
    assert [part for _, parts in visit_letters(life, "s6") for part in parts if "moved" in part] == []


def after_days(life: object, session: str, days: float) -> object:
    """A session's start so many days on."""
    return life.record.session(session).start + timedelta(days=days)  # type: ignore[attr-defined]


def test_ten_minutes_later_is_one_notice_and_no_second_reminder() -> None:
    """A small move is told once; the reminders that were sent stand."""
    life = scheduled()
    life.go_to(at("2026-11-08T16:00Z"))
    life.do("defer", Role.COORDINATOR, session="s1", to=MONDAY + timedelta(minutes=10), reason="chair busy")
    life.go_to(MONDAY)
    assert visit_letters(life, "s1")[2:] == [("Sun 08 Nov 11:00", ["s1/moved/1"])]
    assert life.record.session("s1").told == MONDAY + timedelta(minutes=10)  # type: ignore[union-attr]


def test_three_days_later_is_told_and_reminded_anew() -> None:
    """A notice at once, then the reminders for the day on which it stands now."""
    life = scheduled(first=MONDAY - timedelta(days=3))
    life.go_to(at("2026-11-05T16:00Z"))
    life.do("defer", session="s1", to=MONDAY, reason="a cold", scope="rest")
    life.go_to(MONDAY)
    assert visit_letters(life, "s1")[-3:] == [
        ("Thu 05 Nov 11:00", ["s1/moved/1"]),
        ("Fri 06 Nov 09:00", ["s1/visit_72h/2"]),
        ("Sun 08 Nov 09:00", ["s1/visit_24h/2", "s1/visit_2h/2"]),
    ]


def test_a_day_later_moves_the_day_before_message_only() -> None:
    """The first reminder stands; the notice says the new time, the day-before message follows it."""
    life = scheduled()
    life.go_to(at("2026-11-08T16:00Z"))
    life.do("defer", session="s1", to=MONDAY + timedelta(days=1), reason="a cold", scope="rest")
    life.go_to(MONDAY + timedelta(days=1))
    assert visit_letters(life, "s1")[-2:] == [
        ("Sun 08 Nov 11:00", ["s1/moved/1"]),
        ("Mon 09 Nov 09:00", ["s1/visit_24h/2", "s1/visit_2h/2"]),
    ]


def test_moved_and_back_is_told_twice() -> None:
    """Each change of what the patient believes is told; the end of it is the first time again."""
    life = scheduled()
    life.go_to(at("2026-11-07T16:00Z"))
    life.do("defer", session="s1", to=MONDAY + timedelta(minutes=10), reason="chair busy")
    life.wait(hours=1)
    life.do("defer", session="s1", to=MONDAY, reason="chair free")
    life.go_to(MONDAY)
    moved = [(when, parts) for when, parts in visit_letters(life, "s1") if "moved" in parts[0]]
    assert moved == [("Sat 07 Nov 11:00", ["s1/moved/1"]), ("Sat 07 Nov 12:00", ["s1/moved/2"])]
    assert life.record.session("s1").told == MONDAY  # type: ignore[union-attr]


def test_moved_and_back_while_the_mail_was_down_is_told_once_or_never() -> None:
    """What never went out need not be taken back."""
    life = scheduled()
    life.go_to(at("2026-11-07T16:00Z"))
    life.fate = lambda _: OccasionState.FAILED
    life.do("defer", session="s1", to=MONDAY + timedelta(minutes=10), reason="chair busy")
    life.fate = lambda _: OccasionState.SENT
    life.do("defer", session="s1", to=MONDAY, reason="chair free")
    life.go_to(MONDAY)
    assert [parts for _, parts in visit_letters(life, "s1") if "moved" in parts[0]] == []


def test_a_change_on_the_eve_is_told_at_once_and_called() -> None:
    """Within a day of the visit neither sending hours nor caps wait, and a person calls too."""
    life = scheduled()
    life.go_to(at("2026-11-09T03:30Z"))
    life.do("omit", Role.COORDINATOR, session="s1", code="clinic", reason="the nurse is ill")
    assert letters(life)[-1] == ("Sun 08 Nov 22:30", ["s1/cancelled/1"])
    assert [task.kind for task in life.record.tasks] == ["call_moved"]


def test_a_visit_booked_an_hour_ahead_gets_one_message() -> None:
    """Late booking collapses the reminders into the last; the others are on record as not sent, with the reason."""
    life = cleared()
    life.go_to(at("2026-11-09T16:00Z"))
    life.do("schedule", Role.COORDINATOR, at=[after(life, 60)], reason="came by")
    life.wait(minutes=60)
    assert [parts for _, parts in visit_letters(life, "s1")] == [["s1/visit_2h/1"]]
    not_sent = {name: mark.reason for name, mark in life.record.occasions.items() if mark.state == "suppressed"}
    assert set(not_sent) == {"s1/visit_72h/1", "s1/visit_24h/1"}
    assert all("superseded" in reason for reason in not_sent.values())


def test_a_held_course_sends_no_visit_messages_but_goes_on_asking() -> None:
    """Visit messages stop, questionnaires go on, and the patient who was told is called."""
    life = scheduled()
    life.go_to(at("2026-11-07T16:00Z"))
    life.do("hold", cause="patient", reason="asked for a pause")
    life.go_to(at("2026-11-21T16:00Z"))
    kinds = [kind for when, order in life.to_patient() if when > at("2026-11-07T16:00Z") for kind in parts_of(order)]
    assert set(kinds) == {OccasionKind.MEASURE}
    assert [task.session for task in life.record.tasks if task.kind == "call_moved"] == ["s1"]


def parts_of(order: object) -> list[OccasionKind]:
    """The kinds of one letter."""
    return [part.kind for part in order.parts]  # type: ignore[attr-defined]


def test_opting_out_stops_everything_at_once_and_raises_calls() -> None:
    """What would have been written becomes a task, and is on record as not sent."""
    life = scheduled()
    life.do("contact", Role.PATIENT, opt_out=True)
    before = len(life.to_patient())
    life.go_to(MONDAY)
    assert len(life.to_patient()) == before
    assert {task.kind for task in life.record.tasks} == {"call_instead"}
    assert life.record.occasions["s1/visit_72h/1"].reason == "the patient opted out"


def test_a_closed_course_says_so_once() -> None:
    """One closing message, which takes back the one visit that the patient was told of."""
    life = scheduled()
    life.go_to(at("2026-11-06T16:00Z"))
    life.do("withdraw", Role.PATIENT, reason="moved away")
    life.wait(days=20)
    assert letters(life)[-1] == ("Fri 06 Nov 11:00", ["s1/cancelled/1", "course/closed/1"])


def test_forms_are_asked_three_times() -> None:
    """At once, after two and after five days; then it is staff's."""
    life = enrolled()
    life.wait(days=9)
    forms = [when for when, parts in letters(life) if any("forms" in part for part in parts)]
    assert forms == ["Mon 02 Nov 09:00", "Wed 04 Nov 10:00", "Sat 07 Nov 10:00"]


def test_a_booster_is_asked_for_ten_days_before_its_window_and_lapses_are_followed() -> None:
    """One request, then after the window 1, 2 and 4 weeks, then a person decides."""
    life = maintained()
    life.go_to(at("2027-03-15T15:00Z"))
    kinds = [(when, part) for when, parts in letters(life) for part in parts if "book" in part or "lapsed" in part]
    assert [part for _, part in kinds] == ["b7/book/1", "n6/lapsed/1", "n6/lapsed/2", "n6/lapsed/3"]
    assert kinds[0][0] == "Tue 08 Dec 10:00"


def test_the_day_after_is_asked_once_and_never_beside_a_questionnaire() -> None:
    """A check-in comes the morning after, unless a questionnaire is due or another visit follows."""
    life = scheduled()
    for _ in range(6):
        give(life)
    life.wait(days=3)
    for when, parts in letters(life):
        kinds = {part.split("/")[1] for part in parts}
        assert not {"checkin", "measure"} <= kinds or "visit_24h" in kinds, when


def test_what_comes_at_the_same_hour_each_week_is_not_put_off_by_the_second() -> None:
    """Three in seven days are counted in days of the calendar: a week and a second less is a week."""
    record = make_record().with_(opened_at=BEGAN, phase_since=BEGAN)
    record = record.with_(messaging=record.messaging.with_(email=True))
    week = tuple(BEGAN - timedelta(days=days) + timedelta(seconds=1) for days in (7, 2, 1))
    (letter,) = take(record.with_(sent_on=week), BEGAN).sends
    assert letter.audience is Audience.PATIENT
    assert take(record.with_(sent_on=(*week, BEGAN - timedelta(days=6))), BEGAN).sends == ()
