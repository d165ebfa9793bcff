"""Strict loading: every mistake in a clinic file is one sentence with its line."""

import re
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from course.library.loading import LoadError, load_instrument, load_protocol
from course.model.protocol.gate import Gate
from course.model.protocol.instrument import Example, Instrument
from course.model.protocol.protocol import (
    DoseRule,
    Evaluations,
    Evidence,
    HoldRule,
    Induction,
    Maintenance,
    MeasureRules,
    OutcomeRule,
    Protocol,
)
from course.model.protocol.session import SessionRules

CLINIC = Path("clinic")
INSTRUMENTS = {path.stem: path.read_text() for path in sorted((CLINIC / "instruments").glob("*.toml"))}
PROTOCOLS = {path.stem: path.read_text() for path in sorted((CLINIC / "protocols").glob("*.toml"))}
TEXTS = INSTRUMENTS | PROTOCOLS
KNOWN = {name: load_instrument(text, name) for name, text in INSTRUMENTS.items()}
MODELS: dict[str, type[BaseModel]] = {
    "evidence": Evidence, "induction": Induction, "dose": DoseRule, "outcome": OutcomeRule, "measuring": MeasureRules,
    "maintenance": Maintenance, "evaluations": Evaluations, "session": SessionRules, "gates": Gate, "examples": Example,
    "rated": OutcomeRule, "holds": HoldRule,
}  # fmt: skip


def load(name: str, text: str) -> Instrument | Protocol:
    """Load a shipped file's changed text."""
    return load_instrument(text, "x.toml") if name in INSTRUMENTS else load_protocol(text, "x.toml", KNOWN)


def faults(name: str, text: str) -> list[str]:
    """What is said of a text."""
    with pytest.raises(LoadError) as refused:
        load(name, text)
    assert str(refused.value) == "\n".join(str(fault) for fault in refused.value.faults)
    return str(refused.value).split("\n")


def changed(name: str, old: str, new: str) -> tuple[str, int]:
    """A shipped text with its first `old` replaced, and the line of that."""
    text = TEXTS[name]
    assert old in text, f"{name} no longer says {old!r}"
    return text.replace(old, new, 1), text[: text.index(old)].count("\n") + 1


@st.composite
def places(draw: st.DrawFn) -> tuple[str, list[str], int, str, int]:
    """A shipped file's lines, one `key = value` line in it, its table, and the line (1-based) that begins the table."""
    name = draw(st.sampled_from(sorted(TEXTS)))
    lines = TEXTS[name].split("\n")
    where = draw(st.sampled_from([at for at, line in enumerate(lines) if re.match(r'[\w"][^=]* = [^\[]*$', line)]))
    header = next((at for at in range(where, -1, -1) if lines[at].startswith("[")), None)
    table = "the file" if header is None else re.sub(r"\W", "", lines[header].split("#")[0])
    return name, lines, where, table, 1 if header is None else header + 1


@settings(deadline=None)
@given(places(), st.integers(0, 1))
def test_an_unknown_field_is_named_with_its_line(place: tuple[str, list[str], int, str, int], after: int) -> None:
    """A field that no model knows, put before or after any line of any file, is found on the line where it stands."""
    name, lines, where, table, _ = place
    if table not in {"the file", *MODELS} or lines[where].endswith('"""'):
        return
    at = where + after
    value = faults(name, "\n".join([*lines[:at], "surprise = 1", *lines[at:]]))
    assert len(value) == 1
    assert value[0].startswith(f'x.toml line {at + 1}: "surprise" is not a field of {table}: ')


@settings(deadline=None)
@given(places())
def test_a_missing_field_is_named_with_the_line_of_its_table(place: tuple[str, list[str], int, str, int]) -> None:
    """A required field taken out of any file is asked for, at the line that begins its table."""
    name, lines, where, table, header = place
    key = lines[where].split(" = ")[0]
    model = MODELS.get(table, Instrument if name in INSTRUMENTS else Protocol)
    if key not in model.model_fields or not model.model_fields[key].is_required() or lines[where].endswith('"""'):
        return
    assert faults(name, "\n".join([*lines[:where], *lines[where + 1 :]])) == [
        f'x.toml line {header}: {table} lacks "{key}": add it'
    ]


@settings(deadline=None)
@given(places())
def test_a_wrong_type_is_named_with_its_line(place: tuple[str, list[str], int, str, int]) -> None:
    """A table where a number, a text or a yes is due is refused on its own line."""
    name, lines, where, _, _ = place
    if lines[where].endswith('"""'):
        return
    key = lines[where].split(" = ")[0]
    value = faults(name, "\n".join([*lines[:where], f"{key} = {{}}", *lines[where + 1 :]]))
    assert len(value) == 1
    assert value[0].startswith(f'x.toml line {where + 1}: "{key.strip(chr(34))}" ')
    assert value[0].endswith(", but is {}")


ABSOLUT = (
    "\"kind\" should be 'consent', 'absolute', 'relative', 'flag', 'lab', 'named' or 'required', but is \"absolut\""
)

SENTENCES = [
    ("depression", "sessions = 6 ", 'sessions = "six" ', "", '"sessions" should be a whole number, but is "six"'),
    ("depression", "sessions = 6 ", "sessions = 6.0 ", "", '"sessions" should be a whole number, but is 6.0'),
    ("depression", "sessions = 6 ", "sessions = 7 ", "sessions_max = 6",
     '"sessions_max" is at least 7, which is "sessions", not 6'),
    ("depression", "gap_days_max = 7", "gap_days_maxi = 7", "",
     '"gap_days_maxi" is not a field of induction: did you mean "gap_days_max"?'),
    ("depression", "gap_days_min = 2", "gap_days_min = 8", "gap_days_max = 7",
     '"gap_days_max" is at least 8, which is "gap_days_min", not 7'),
    ("depression", "span_days_max = 21", "span_days_max = 9", "",
     "6 sessions at least 2 days apart span 10 days, more than 9"),
    ("depression", "weekdays = [0, 2, 4]", "weekdays = [0, 1, 4]", "",
     "these weekdays lie 1, 3, 3 days apart, but gaps go from 2 to 7 days"),
    ("depression", "weekdays = [0, 2, 4]", "weekdays = [0, 7]", "",
     "weekdays rise from 0 (Monday) to 6 (Sunday), each at most once, at least one"),
    ("depression", "amount = 0.5", "amount = 1.5", "high = 1.0", '"high" is at least 1.5, which is "amount", not 1'),
    ("depression", "low = 0.2", "low = 0", "", '"low" is more than 0, not 0'),
    ("crps", "max_mg_per_hour = 25", "max_mg_per_hour = -1", "", '"max_mg_per_hour" is more than 0, not -1'),
    ("depression", "minutes_max = 60", "minutes_max = 30", "",
     '"minutes_max" is at least 40, which is "minutes", not 30'),
    ("depression", 'basis = "mg/kg"', 'basis = "mg"', "", "\"basis\" should be 'mg/kg' or 'mg/kg/h', but is \"mg\""),
    ("depression", 'instrument = "phq9"', 'instrument = "madrs"', "",
     '"madrs" is not among the instruments of this protocol: add it to "instruments"'),
    ("depression", 'instruments = ["phq9", "gad7"', 'instruments = ["phq9", "gad7", "bdi"', "",
     f'there is no instrument "bdi": known are {", ".join(INSTRUMENTS)}'),
    ("bipolar-depression", 'also_asked = ["asrm"]', 'also_asked = ["ymrs"]', "",
     "ymrs is rated by staff: between visits self-reports are asked"),
    ("bipolar-depression", 'at_visits = ["ymrs"]', 'at_visits = ["gad7"]', "",
     '"gad7" is not among the instruments of this protocol: add it to "instruments"'),
    ("bipolar-depression", "at_least = 12.5", "at_least = 61", "", '"at_least" is at most 60, not 61'),
    ("crps", "hold_times_upper = 3 ", "hold_times_upper = 0.5 ", "", '"hold_times_upper" is at least 1, not 0.5'),
    ("depression", "remission_at_most = 4", "remission_at_most = 27", "", '"remission_at_most" is at most 26, not 27'),
    ("depression", "partial_percent = 25", "partial_percent = 0", "", '"partial_percent" is at least 1, not 0'),
    ("depression", "until_week = 26", "until_week = 12", "",
     "the cadence rises: the step before it holds until week 12"),
    ("depression", "{ every_days = 28 }", "{ every_days = 28, until_week = 52 }", "",
     "the last step of the cadence goes without until_week: it holds from then on"),
    ("depression", "interval_days = 28", "interval_days = 43", "interval_days_max = 42",
     '"interval_days_max" is at least 43, which is "interval_days", not 42'),
    ("treatment-resistant-depression", "lead_in_days = [7, 7", "lead_in_days = [28, 7", "",
     "a lead-in interval is 1 to 27 days"),
    ("depression", "again_days_max = 31", "again_days_max = 13", "",
     '"again_days_max" is at least 14, which is "again_days_min", not 13'),
    ("depression", "systolic_refuse = 160", "systolic_refuse = 130", "",
     '"systolic_refuse" is at least 140, which is "systolic_sign", not 130'),
    ("depression", 'id = "messages-sms"', 'id = "messages-email"', "",
     'the gate "messages-email" stands twice: keep one'),
    ("depression", 'id = "heart"', 'id = "he art"', "",
     "an id has 1 to 64 letters, digits, dots, colons, underscores or hyphens"),
    ("depression", 'kind = "absolute"', 'kind = "absolut"', "", ABSOLUT),
    ("depression", 'channel = "sms"', 'channel = "pigeon"', "",
     "a channel belongs to a consent and is one of email, sms"),
    ("depression", 'text = "Seizures"', 'text = " "', "", '"text" may not be empty: write what people should read'),
    ("crps", "before_sessions = [4, 8]", "before_sessions = [4, 11]", "",
     "before_sessions rises and stays within 1 to 10"),
    ("depression", 'citations = ["Shiroma 2014"', 'citations = ["Shiroma 2015"', "",
     '"Shiroma 2015" is not listed under [sources]: write its reference there'),
    ("depression", 'version = "1"', 'version = "1"\nsha256 = "0"', 'sha256 = "0"',
     '"sha256" is computed from the file: remove it'),
    ("depression", "sessions = 6 ", "sessions = = 6 ", "", "this is not TOML: invalid value"),
    ("phq9", "{ from_total = 0,", "{ from_total = 1,", "", "the first band begins at the lowest total, which is 0"),
    ("phq9", "{ from_total = 20,", "{ from_total = 15,", "", '"from_total" is at least 16, not 15'),
    ("phq9", "{ item = 9,", "{ item = 10,", "", '"item" is at most 9, not 10'),
    ("phq9", "urgent_at_least = 2", "urgent_at_least = 4", "", '"urgent_at_least" is at most 3, not 4'),
    ("phq9", "item_max = 3", "item_max = 0", "", '"item_max" is at least 1, not 0'),
    ("phq9", "reliable_change = 6", "reliable_change = 28", "", '"reliable_change" is at most 27, not 28'),
    ("phq9", "clinical_cut = 10", "clinical_cut = 0", "", '"clinical_cut" is at least 1, not 0'),
    ("phq9", '"44260-8"', '"44260-9"', "",
     '"44260-9" is not a LOINC code: write digits, a hyphen and their check digit'),
    ("phq9", "total = 27", "total = 26", "", "the answers add up to 27, not 26"),
    ("pcl5", "items = [6, 7]", "items = [6, 5]", "", "each item from 1 to 20 belongs to one part, once"),
    ("ymrs", "weights = [1, 1,", "weights = [1,", "",
     "weights are one an item, each at least 1: leave them out where all count once"),
    ("qids_sr16", 'by = "max"', 'by = "mean"', "", "\"by\" should be 'sum' or 'max', but is \"mean\""),
    ("cssrs_screener", "to = 6", "to = 3", "", '"to" is at least 4, not 3'),
    ("madrs", "answers = [2]\ntotal = 35", "answers = [2]\ntotal = 57", "answers = [2]",
     "madrs: the stated total contradicts its items: leave the total out or correct the answers"),
    ("gad7", 'total = 14\nband = "moderate"', 'total = 14\nband = "severe"', 'band = "severe"',
     'a total of 14 reads "moderate", not "severe"'),
    ("phq9", "answers = [3, 3, 3, 3, 3, 3, 2, 0, 0]", "answers = [3, 3, 3, 3, 3, 3, 2, 0, 4]", "",
     "phq9 item 9 is out of range: answers go from 0 to 3"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "there", "sentence"), SENTENCES)
def test_a_malformed_file_is_explained(name: str, old: str, new: str, there: str, sentence: str) -> None:
    """Each mistake has its own sentence, on the line that is to be changed: that of `there`, else of the mistake."""
    text, line = changed(name, old, new)
    if there:
        line += text[text.index(new) :].split(there)[0].count("\n")
    assert f"x.toml line {line}: {sentence}" in faults(name, text)


def test_all_mistakes_are_listed_in_order() -> None:
    """Three mistakes in three tables give three sentences, by line."""
    text, _ = changed("depression", "amount = 0.5", "amount = 1.5")
    text = text.replace("lapse_days = 7", "lapse_days = 0").replace("every_weeks = 12", "every_weeks = 0")
    value = faults("depression", text)
    assert [re.sub(r"line \d+", "line", one) for one in value] == [
        'x.toml line: "high" is at least 1.5, which is "amount", not 1',
        'x.toml line: "lapse_days" is at least 1, not 0',
        'x.toml line: "every_weeks" is at least 1, not 0',
    ]
    assert [int(re.findall(r"line (\d+)", one)[0]) for one in value] == sorted(
        text[: text.index(there)].count("\n") + 1 for there in ("high = ", "lapse_days = ", "every_weeks = ")
    )


def test_a_messages_consent_is_never_a_condition() -> None:
    """A consent to written messages that is not optional is refused, as is an optional absolute exclusion."""
    text = TEXTS["depression"].replace("optional = true\n", "", 1)
    assert faults("depression", text)[0].endswith(
        '"messages-email" is never a condition of treatment: add optional = true'
    )
    text, _ = changed("depression", 'kind = "absolute"', 'kind = "absolute"\noptional = true')
    assert faults("depression", text)[0].endswith('"heart" is an absolute exclusion, which is never optional')


def test_a_model_carries_the_sha256_of_its_text() -> None:
    """The fingerprint is that of the file, so that a changed comment is a changed file."""
    text = TEXTS["depression"]
    assert load("depression", text).sha256 == sha256(text.encode()).hexdigest()
    assert load("depression", f"{text}# signed\n").sha256 == sha256(f"{text}# signed\n".encode()).hexdigest()


@pytest.mark.parametrize(
    ("added", "line", "text"),
    [
        ('x = "never closed', 1, "this is not TOML"),
        ("x = [1,\n2,\n", 3, "this is not TOML"),
        ("x =", 1, "this is not TOML"),
        ("x = 1\nx = 2", 2, "this is not TOML"),
        (f"x = 1\nx = {'[' * 20}{']' * 20}", 2, "this is not TOML"),
        (f"# [[[\ny = '''\n[[[\n'''\nx = {'[' * 21}{']' * 21}", 5, "lists and tables stand in each other more than 20"),
        (f"x = {'[' * 21}{']' * 21}", 1, "lists and tables stand in each other more than 20 deep"),
        (f"a = 1\n\nx = {'9' * 5000}", 3, "a number here has more digits than can be read"),
    ],
)
def test_what_is_no_toml_is_said_with_its_line(added: str, line: int, text: str) -> None:
    """Where it breaks off, or nests too deep; brackets in texts and comments are no nesting."""
    with pytest.raises(LoadError) as refused:
        load_instrument(added, "x.toml")
    (fault,) = refused.value.faults
    assert str(fault).startswith(f"x.toml line {line}: {text}")


def test_an_entry_of_a_list_is_counted_from_one() -> None:
    """The first weekday is entry 1; what a table lacks and what it does not know are named."""
    text, _ = changed("depression", "weekdays = [0, 2, 4]", 'weekdays = ["Monday", 2, 4]')
    assert any('"weekdays entry 1" should be' in one for one in faults("depression", text))
    text, _ = changed("depression", "lapse_days = 7", "lapse_day = 7")
    assert any(
        '"lapse_day" is not a field of maintenance: did you mean "lapse_days"?' in one
        for one in faults("depression", text)
    )
    text, _ = changed("depression", "lapse_days = 7", "zzz = 7")
    assert any(
        '"zzz" is not a field of maintenance: it knows as_needed, book_days_before' in one
        for one in faults("depression", text)
    )
