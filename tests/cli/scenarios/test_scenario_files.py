from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.clinic.files import load_clinic
from adapters.clinic.zones import zone_snapshot
from course.library.loading import LoadError
from play.check import KnownNames, load_scenario, parse_scenario
from play.files import found
from play.scenario.when import WhenError, instant, span, starts_at
from tests.support.records import CLINIC_FOLDER

CLINIC = load_clinic(Path("clinic"))
KNOWN = KnownNames(CLINIC.protocols, CLINIC.instruments, tuple(CLINIC.sites))
NEW_YORK = ZoneInfo("America/New_York")
HEAD = 'protocol = "depression"\n'


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("title = 1 2", 1, "this is not TOML"),
        ("title = 'x'", 1, 'lacks "protocol": add it'),
        ('protocol = "depresion"', 1, 'there is no protocol "depresion": known are'),
        (HEAD + "utnil = '3d'", 2, 'did you mean "until"?'),
        (HEAD + "until = '3 days'", 2, '"3 days" cannot be read: write a span'),
        (HEAD + "start = 'some day'", 2, "write a start as `Monday 09:00`"),
        (HEAD + "site = 'moon'", 2, 'there is no site "moon"'),
        (HEAD + "[staff]\nvisit_time = '9'", 3, "write a time of day as 09:00"),
        (HEAD + "[staff]\ngates = { hart = 'no' }", 3, 'there is no gate "hart"'),
        (HEAD + "[staff]\nleaves = ['confirming']", 3, '"leaves entry 1" should be'),
        (HEAD + "[[answers]]\ninstrument = 'phq9'\ntotals = [18, 31]", 4, "totals of phq9 are 0 to 27, not 31"),
        (HEAD + "[[answers]]\ninstrument = 'phq9'\ntotals = [1]\nby_day = {0 = 1}", 2, "contradict each other"),
        (HEAD + "[[answers]]\ninstrument='phq9'\n\nexactly=[{number=1, items=[1]}]", 5, "1 answers came"),
        (HEAD + "[[visits]]\nsession = 3\nreadings = ['172']", 4, "write a reading as 122/78"),
        (HEAD + "[patient]\ncomfort = ['7 calm', '11']", 3, '"11" cannot be read: write comfort as `7`'),
        (HEAD + "[[visits]]\nsession = 0", 3, "greater than or equal to 1"),
        (HEAD + "[[steps]]\ndo = 'dance'\nday = 1", 3, '"dance" cannot be done: known are abort'),
        (HEAD + "[[steps]]\ndo = 'cancel'", 2, "say once when it happens: one of at, day"),
        (HEAD + "[[steps]]\ndo = 'cancel'\nday = 1\non_session = 2", 2, "not day, on_session"),
        (HEAD + "[[steps]]\ndo = 'cancel'\non_session = 2\ntime = '10:00'", 5, "a time of day belongs to a day"),
        (HEAD + "[[steps]]\ndo = 'cancel'\non_session = 2\noffset = 'later'", 5, "write an offset as"),
        (HEAD + "[[steps]]\ndo = 'hold'\nday = 1\n[steps.details]\ncuase = 'mania'", 5, 'did you mean "cause"?'),
        (HEAD + "[[steps]]\ndo = 'hold'\nday = 1\ndetails = {cause = 'sad'}", 5, '"cause" of hold does not fit'),
        (
            HEAD + "[[steps]]\ndo = 'defer'\non_session = 2\ndetails = {to = 'later'}",
            5,
            "write a time as `day 12 09:00`",
        ),
        (HEAD + "[[steps]]\ndo = 'mail_refuses'\nday = 1", 3, "for as long as it `lasts`"),
        (HEAD + "[[steps]]\ndo = 'away'\nday = 1\nlasts = '2d'", 3, 'details = { account = "lee" }'),
        (HEAD + "[[steps]]\ndo = 'reply'\nday = 1", 3, "a reply has words"),
        (HEAD + "until = 'closed'\n[[others]]\ncopies = 2", 2, "a file with several courses runs for a span"),
        (HEAD + "until = '9d'\n[[others]]\ncomes_after = '9d'", 4, "it lies within the file's own 9d"),
        (HEAD + "[[others]]\nsame_patient = true\ncopies = 2", 4, "copies are different patients"),
        (HEAD + "[[others]]\nprotocol = 'anxieties'", 3, 'there is no protocol "anxieties"'),
        (HEAD + "[[others]]\n[[others.visits]]\nsession = 3\nreadings = ['172']", 5, "write a reading as 122/78"),
        (HEAD + "[[others]]\nsteps = [{ do = 'dance', day = 1 }]", 3, '"dance" cannot be done'),
        (HEAD + "[[steps]]\ndo = 'draw'\nday = 1\ndetails = { ml = 1 }", 5, '"lot" of draw: field required'),
        (HEAD + "[[steps]]\ndo = 'give'\nday = 1\ndetails = { ml = 1 }", 5, "the syringe of a visit: give session"),
        (HEAD + "[[steps]]\ndo = 'close_site'\nday = 1", 3, "for as long as it `lasts`"),
        (HEAD + "[[steps]]\ndo = 'disable'\nday = 1\ndetails = { account = 'lee' }", 5, '"to" of disable'),
        (
            HEAD + "[[visits]]\nsession = 1\n[[visits]]\nsession = 1\ncomes = false",
            4,
            "session 1 stands twice: keep one",
        ),
        (
            HEAD + "[[answers]]\ninstrument = 'phq9'\n[[answers]]\ninstrument = 'phq9'",
            4,
            "instrument phq9 stands twice: keep one",
        ),
        (HEAD + "[[answers]]\ninstrument = 'phq9'\nby_day = { -1 = 3 }", 4, "greater than or equal to 0"),
        (HEAD + "[[answers]]\ninstrument = 'phq9'\nsilent = [-1]", 4, "greater than or equal to 1"),
        (HEAD + "[[steps]]\ndo = 'note'\nday = 99999999999\ndetails = {text = 'x'}", 4, "less than or equal to 7320"),
        (HEAD + "[[steps]]\ndo = 'note'\nday = -1\ndetails = {text = 'x'}", 4, "greater than or equal to 0"),
        (
            HEAD + "[[steps]]\ndo = 'note'\nday = 1\noffset = '9999999999w'\ndetails = {text = 'x'}",
            5,
            "more than 20 years",
        ),
        (HEAD + "[[steps]]\ndo = 'note'\nat = 'day 99999999 09:00'\ndetails = {text = 'x'}", 4, "more than 20 years"),
        (
            HEAD + "[[steps]]\ndo = 'note'\nat = '9999-12-30'\ndetails = {text = 'x'}",
            4,
            "the year 9999 cannot be meant",
        ),
        (HEAD + "until = '99999999999w'", 2, "more than 20 years"),
        (HEAD + f"until = '{'9' * 5000}w'", 2, "more than 20 years"),
        (HEAD + "until = '0d'", 2, "write a longer span"),
        (HEAD + "start = '9999-12-30'", 2, "the year 9999 cannot be meant"),
        (HEAD + "[patient]\nzone = 'Mars/Base'", 3, "Mars/Base"),
        (HEAD + "[patient]\nborn = 2999-01-01", 3, "nobody who comes was born on 2999-01-01"),
        (HEAD + "[[visits]]\nsession = 1\nreadings = ['80/120']", 4, "the first number is the higher one"),
        (HEAD + "[[visits]]\nsession = 1\nduring = ['120/80 900']", 4, "cannot be read"),
        (HEAD + f"title = {'[' * 5000}{']' * 5000}", 2, "more than 20 deep"),
        (HEAD + f"x = {'{a=' * 5000}1{'}' * 5000}", 2, "more than 20 deep"),
        (HEAD + f"[[steps]]\nday = {'9' * 5000}", 3, "more digits than can be read"),
        (HEAD + "[expect]\nphase = 'heaven'", 3, '"phase" should be'),
        (HEAD + "[expect]\nletters = { visit_25h = 1 }", 3, "visit_25h"),
        (HEAD + "[[steps]]\ndo = 'hold'\nday = 1\nby = 'ops'\ndetails = {cause = 'mania'}", 5, "ops does not act here"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, line: int, words: str) -> None:
    """Each mistake is one sentence with file and line that says what would be right."""
    with pytest.raises(LoadError) as raised:
        parse_scenario(text, "mine.toml", KNOWN)
    assert str(raised.value).startswith(f"mine.toml line {line}: ")
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_brackets_in_words_are_no_nesting() -> None:
    """Texts and comments may hold as many brackets as they like; a byte order mark is read over."""
    brackets = "[" * 30
    text = f'\ufeff{HEAD}title = \'{brackets}\' # {brackets}\nabout = """\n{brackets}\n"""\n'
    assert parse_scenario(text, "mine.toml", KNOWN).title == brackets


def test_all_mistakes_are_named_at_once() -> None:
    """A file with mistakes of meaning in three places gets three sentences, in the order of its lines."""
    with pytest.raises(LoadError) as raised:
        parse_scenario(HEAD + "site = 'x'\nuntil = 'y'\n[staff]\nvisit_time = 'z'", "mine.toml", KNOWN)
    assert [fault.line for fault in raised.value.faults] == [2, 3, 5]


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    """A path that leads nowhere is a sentence, not a traceback."""
    with pytest.raises(LoadError, match=r"none.toml: there is no such file"):
        load_scenario(tmp_path / "none.toml", KNOWN)


def test_the_least_scenario_is_a_protocol() -> None:
    """A file that names a protocol and nothing else is a whole scenario."""
    scenario = parse_scenario(HEAD, "mine.toml", KNOWN)
    assert (scenario.until, scenario.steps, scenario.visit(3).comes) == ("60d", (), True)


def test_spans_add_up() -> None:
    """Weeks, days, hours and minutes in one word."""
    assert span("1w2d3h4m") == timedelta(days=9, hours=3, minutes=4)
    with pytest.raises(WhenError):
        span("")


def test_a_start_is_the_next_such_wall_time_of_the_site() -> None:
    """`first Monday of March 09:00` lies ahead of now, at 09:00 of the site's own clocks."""
    now = datetime(2027, 3, 1, 15, tzinfo=UTC)
    assert starts_at("first Monday of March 09:00", NEW_YORK, now) == datetime(2028, 3, 6, 14, tzinfo=UTC)
    assert starts_at("Monday 09:00", NEW_YORK, now) == datetime(2027, 3, 8, 14, tzinfo=UTC)
    assert starts_at("2027-07-01T09:00", NEW_YORK, now) == datetime(2027, 7, 1, 13, tzinfo=UTC)
    with pytest.raises(WhenError, match="runs forward only"):
        starts_at("2027-03-01T09:00", NEW_YORK, now)


def test_nine_stays_nine_across_daylight_saving() -> None:
    """A day and an offset in days keep the wall time in a week in which the clocks change; hours are spans."""
    zone = zone_snapshot("America/New_York", datetime(2027, 1, 1, tzinfo=UTC), 1)
    friday = datetime(2027, 3, 12, 14, tzinfo=UTC)
    monday = datetime(2027, 3, 15, 13, tzinfo=UTC)
    assert instant("day 3 09:00", start=friday, base=friday, zone=zone) == monday
    assert instant("+3d", start=friday, base=friday, zone=zone) == monday
    assert instant("-3d", start=friday, base=monday, zone=zone) == friday
    assert instant("+72h", start=friday, base=friday, zone=zone) == friday + timedelta(hours=72)
    assert instant("1d 18:30", start=friday, base=friday, zone=zone) == datetime(2027, 3, 13, 23, 30, tzinfo=UTC)


def test_the_clinics_scenarios_are_known_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare name is one of the clinic's, a file that is there comes first, an unknown name lists the known ones."""
    monkeypatch.chdir(tmp_path)
    assert found(Path("moved-visit"), CLINIC_FOLDER) == CLINIC_FOLDER / "scenarios" / "moved-visit.toml"
    (tmp_path / "moved-visit").write_text(HEAD)
    assert found(Path("moved-visit"), CLINIC_FOLDER) == Path("moved-visit")
    with pytest.raises(
        LoadError, match=r"the clinic's are anxiety-and-a-taper, as-needed-boosters, .*straightforward-depression"
    ):
        found(Path("moved-vist"), CLINIC_FOLDER)
