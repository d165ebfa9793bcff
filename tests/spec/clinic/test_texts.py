from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.clinic.texts import load_texts
from adapters.clinic.wording import FACTS
from course.library.loading import LoadError
from course.model.messages import Part, SendOrder
from course.model.terms import Audience, OccasionKind
from tests.support.life import Life
from tests.support.records import CLINIC_FOLDER, clinic
from tests.support.stories import enrolled, maintained, scheduled

SITES = clinic().sites
SHIPPED = CLINIC_FOLDER / "texts" / "en.toml"
NOW = datetime(2026, 11, 8, 14, tzinfo=UTC)
SHORT_FACTS = "{after_hours}, {crisis_line}, {emergency}, {phone}, {site}"
KINDS = ", ".join(sorted(FACTS))
JOBS = {OccasionKind.ARCHIVE, OccasionKind.CALENDAR}


def written(folder: Path, *changes: tuple[str, str], name: str = "en.toml") -> Path:
    """A clinic folder whose texts are the shipped ones with some words changed."""
    text = SHIPPED.read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    (folder / "texts").mkdir(exist_ok=True)
    (folder / "texts" / name).write_text(text)
    return folder


def line_of(words: str) -> int:
    """The line on which words stand in the shipped file."""
    return SHIPPED.read_text().split(words)[0].count("\n") + 1


def lives() -> list[Life]:
    """Courses that together send every kind of message."""
    moved = scheduled()
    moved.go_to(NOW)
    moved.do("defer", session="s1", to=moved.record.open_sessions[0].start.replace(hour=16), reason="chair busy")
    moved.do("omit", session="s2", code="illness", reason="a cold")
    moved.go_to(moved.record.open_sessions[0].start)
    moved.do("no_show", session="s1")
    moved.do("measure", instrument="phq9", answers=(1, 1, 1, 1, 1, 1, 1, 1, 1))
    moved.wait(days=2)
    moved.do("discharge", reason="moves away")
    moved.wait(days=1)
    lapsing = maintained()
    lapsing.wait(days=90)
    return [enrolled(), moved, lapsing]


def test_every_text_finds_its_facts() -> None:
    """Each message of real courses fills its text, in letters and in text messages, with no brace left."""
    texts = load_texts(CLINIC_FOLDER, SITES)
    kinds = set()
    for life in lives():
        for _, order in life.sent:
            words = texts.written(order)
            kinds |= {part.kind for part in order.parts}
            everything = words.subject + words.body + words.sms
            assert not [one for one in ("{", "}", "(not said)") if one in everything]
    assert kinds == set(OccasionKind) - JOBS - {OccasionKind.PLAN}


def test_the_greeting_is_filled_like_every_other_text(tmp_path: Path) -> None:
    """A greeting may name the site; one that names what nobody says is refused."""
    folder = written(tmp_path, ('greeting = "Hello,"', 'greeting = "Hello from {site},"'))
    order = next(order for _, order in enrolled().sent if order.audience is Audience.PATIENT)
    assert load_texts(folder, SITES).written(order).body.startswith("Hello from Northside,\n")
    written(tmp_path, ('greeting = "Hello,"', 'greeting = "Hello {name},"'))
    with pytest.raises(LoadError, match=r"greeting cannot say \{name\}: it knows \{address\}, "):
        load_texts(folder, SITES)


def test_facts_are_listed_for_every_message() -> None:
    """A new kind of message cannot be forgotten here."""
    assert set(FACTS) == set(OccasionKind) - JOBS


def test_a_letter_of_several_parts_has_one_greeting_and_one_end() -> None:
    """Greeting, the parts in their order, how to reach the site; the subject is the first part's."""
    facts = {"when": "Monday", "minutes": "40", "solids_hours": "6", "fluids_hours": "2"}
    kinds = (OccasionKind.VISIT_24H, OccasionKind.MEASURE)
    order = SendOrder(
        course_id="c-1",
        patient_id="p-1",
        site="westside",
        audience=Audience.PATIENT,
        parts=tuple(Part(occasion=f"s1/{kind}/1", kind=kind, facts=facts) for kind in kinds),
        as_of=NOW,
        language="fr",
    )
    words = load_texts(CLINIC_FOLDER, SITES).written(order)
    assert words.subject == "Getting ready for Monday"
    assert (words.body.count("Hello,"), words.body.count("Westside"), words.body.count("In an emergency")) == (1, 1, 1)
    assert words.body.index("Eat nothing for 6 hours") < words.body.index("your questionnaire")
    assert words.body.count("+1 213 555 0100") == 4
    assert (words.sms_parts, "No food 6 h" in words.sms, "questionnaire" in words.sms) == (1, True, False)


@pytest.mark.parametrize("more", [(), (OccasionKind.VISIT_2H,), (OccasionKind.MEASURE, OccasionKind.BOOK)])
def test_a_text_message_holds_what_fits(more: tuple[OccasionKind, ...]) -> None:
    """However much falls on one day, 160 letters are the end of it, and the first matter is always said."""
    facts = {"when": "Wednesday 30 September 2026 at 10:00 AKDT", "minutes": "40", "solids_hours": "6"}
    facts |= {"fluids_hours": "2", "opens": "1 May", "closes": "9 May"}
    kinds = (OccasionKind.VISIT_24H, *more)
    order = SendOrder(
        course_id="c-1",
        patient_id="p-1",
        site="westside",
        audience=Audience.PATIENT,
        parts=tuple(Part(occasion=f"s1/{kind}/1", kind=kind, facts=facts) for kind in kinds),
        as_of=NOW,
    )
    words = load_texts(CLINIC_FOLDER, SITES).written(order)
    assert len(words.sms) <= 160
    assert words.sms.startswith("Westside: visit Wednesday 30 September 2026")
    assert 1 <= words.sms_parts <= len(kinds)


@pytest.mark.parametrize(
    ("before", "after", "key", "sentence"),
    [
        (
            "Your visits are planned for:",
            "Your ketamine visits:",
            'body = """\nYour visits are planned',
            'kinds.plan.body says "ketamine": no message may name what a patient has or is given',
        ),
        (
            "it is now on {when}.",
            "it is now on {wen}.",
            'body = """\nYour visit has moved',
            "kinds.moved.body cannot say {wen}: did you mean {when}?",
        ),
        (
            'subject = "Your visits"',
            'subject = "Your visits {dates}"',
            'subject = "Your visits"',
            "kinds.plan.subject cannot say {dates}: it knows " + SHORT_FACTS,
        ),
        (
            'subject = "Thank you"',
            'subject = "Thank you {phone!r}"',
            'subject = "Thank you"',
            "kinds.closed.subject cannot say {phone}: it knows " + SHORT_FACTS,
        ),
        (
            'sender = "Your clinic"',
            'sender = "Depression Center"',
            'sender = "Your clinic"',
            'sender says "Depression": no message may name what a patient has or is given',
        ),
        (
            'noted = "{site}: this',
            'noted = "{site}: you will feel less pain. this',
            'noted = "{site}: this',
            'replies.noted says "pain": no message may name what a patient has or is given',
        ),
        (
            'stopped = "{site}: you will get no more messages.',
            f'stopped = "{{site}}: you will get no more messages{" at all" * 9}.',
            'stopped = "{site}: you will get no more messages.',
            "replies.stopped can get 195 characters long at Northside: shorten it to 160",
        ),
        (
            'visit = "Your visit at {site}"',
            'visit = "Your infusion at {site}"',
            'visit = "Your visit at {site}"',
            'visit says "infusion": no message may name what a patient has or is given',
        ),
        (
            'subject = "We missed you"',
            'subject = "We {missed you"',
            'subject = "We missed you"',
            "kinds.no_show.subject has a brace too many or too few: write a fact as {phone}",
        ),
        (
            'sms = "{site}: your visit is on {when}. Please',
            f'sms = "{{site}}: {"your visit is on {when}. " * 3}Please',
            'sms = "{site}: your visit is on {when}. Please',
            "kinds.visit_72h.sms can get 269 characters long at Northside with the offer to stop: shorten it to 160",
        ),
        (
            'sms = "{site}: we missed you and',
            'sms = "{site}: we missed you \u5fc3 and',
            'sms = "{site}: we missed you and',
            'kinds.no_show.sms has "\u5fc3", which no text message of 160 letters holds: write it in plain letters',
        ),
        (
            'subject = "Shall we find a time?"',
            'subjct = "Shall we find a time?"',
            'subject = "Shall we find a time?"',
            '"subjct" is not a field of lapsed: did you mean "subject"?',
        ),
        (
            "[kinds.closed]",
            "[kinds.archive]",
            "[kinds.closed]",
            f'"archive" is not a field of kinds: it knows {KINDS}',
        ),
    ],
)
def test_mistakes_in_texts_are_named_by_line(tmp_path: Path, before: str, after: str, key: str, sentence: str) -> None:
    """What no patient may read, what the course does not say, what is too long: one sentence with its line."""
    folder = written(tmp_path, (before, after))
    with pytest.raises(LoadError) as refused:
        load_texts(folder, SITES)
    assert f"texts/en.toml line {line_of(key)}: {sentence}" in str(refused.value).splitlines()


def test_a_site_may_not_tell_what_it_treats(tmp_path: Path) -> None:
    """Every letter names the site, so its name is held to the same words."""
    telling = {"x": SITES["northside"].model_copy(update={"name": "Northside Infusions"})}
    with pytest.raises(LoadError, match='names the site "Northside Infusions", which says "Infusions"'):
        load_texts(written(tmp_path), telling)


def test_a_language_is_named_by_its_file(tmp_path: Path) -> None:
    """English is always there, and a file says the language that it is named for."""
    with pytest.raises(LoadError) as refused:
        load_texts(written(tmp_path, name="es.toml"), SITES)
    assert str(refused.value) == 'texts/es.toml: its language is "en": name it en.toml'
    with pytest.raises(LoadError) as refused:
        load_texts(written(tmp_path, ('language = "en"', 'language = "es"'), name="es.toml"), SITES)
    assert "texts/: there is no en.toml: every clinic writes at least English" in str(refused.value).splitlines()[-1]
