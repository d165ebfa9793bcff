"""Letters in a language of their own: whole, with its own weekdays and months, and whose clock is meant."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from activities.ports import Written
from adapters.clinic.texts import ClinicTexts, load_texts
from adapters.clinic.zones import zone_snapshot
from course.library.gsm7 import outside, places
from course.library.loading import LoadError
from course.model.messages import Part, SendOrder
from course.model.terms import Audience, OccasionKind, Role
from tests.spec.clinic.test_texts import lives
from tests.support.life import Life
from tests.support.records import CLINIC_FOLDER, clinic
from tests.support.stories import scheduled

SITES = clinic().sites
TEXTS = load_texts(CLINIC_FOLDER, SITES)
NOW = datetime(2027, 3, 4, 14, tzinfo=UTC)
FRIDAY = "2027-03-05T09:00 EST"
FACTS = {"when": FRIDAY, "was": FRIDAY, "minutes": "70", "solids_hours": "8", "fluids_hours": "2"}

SPANISH_LETTER = """Hola:

Su visita es el viernes 5 de marzo de 2027 a las 9:00 EST (hora de Nueva York), en 100 Example Avenue, Springfield, NY \
00000.

Para prepararse:

- No coma nada durante las 8 horas anteriores a la visita. Puede tomar líquidos claros (agua, jugo de manzana, té o \
café sin leche) hasta 2 horas antes; después, no beba nada.
- Tome sus medicamentos para la presión arterial como se le haya indicado, con un sorbo de agua. Siga tomando lo que \
le hayan recetado, salvo que le hayamos dicho otra cosa.
- No tome alcohol, ni sedantes que nadie le haya recetado, el día anterior ni el mismo día.
- Cuente con unos 70 minutos en total; le acompañamos hasta que esté en condiciones de volver a casa.
- Venga con la persona que le llevará a casa. No conduzca ni maneje máquinas hasta el día siguiente, después de haber \
dormido toda la noche.
- Traiga una lista de los medicamentos que toma, sobre todo de los nuevos.

Si está enfermo o enferma, o si puede estar embarazada, llámenos al +1 212 555 0100 antes de venir.

Si tiene alguna pregunta o algo ha cambiado, llámenos al +1 212 555 0100; fuera del horario de atención, al +1 212 555 \
0199. Nadie lee las respuestas a este mensaje.
En una crisis, llame o envíe un mensaje de texto al 988, de día o de noche. En una emergencia, llame al 911.
Si no quiere recibir más mensajes, díganoslo en el +1 212 555 0100.

Northside
100 Example Avenue, Springfield, NY 00000
"""


def order(language: str, *kinds: OccasionKind, **facts: str) -> SendOrder:
    """A message about one visit."""
    return SendOrder(
        course_id="c-1",
        patient_id="p-1",
        site="northside",
        audience=Audience.PATIENT,
        parts=tuple(Part(occasion=f"s1/{kind}/1", kind=kind, facts={**FACTS, **facts}) for kind in kinds),
        as_of=NOW,
        language=language,
    )


def everything(words: Written) -> str:
    """All that a message says."""
    return f"{words.subject}\n{words.body}\n{words.sms}\n{words.visit}"


def test_a_whole_spanish_letter() -> None:
    """Day before and morning merged, for a patient who lives by another clock: one set of instructions, in Spanish."""
    words = TEXTS.written(order("es", OccasionKind.VISIT_24H, OccasionKind.VISIT_2H, when=f"{FRIDAY} America/New_York"))
    assert words.subject == "Cómo prepararse: viernes 5 de marzo de 2027 a las 9:00 EST"
    assert words.body == SPANISH_LETTER
    assert words.sms == (
        "Northside: visita vie 5 mar, 9:00 EST (hora de Nueva York). Ayuno 8 h, liquidos claros hasta 2 h antes. "
        "Venga con acompañante.\nEnvie STOP para parar."
    )


def test_spanish_lives_are_spanish_throughout() -> None:
    """Every message of real courses: no English weekday, month, or sentence stands in any of them."""
    english = re.compile(r"\b(the|your|please|you|visit on|at|day|January|March|November|Monday|Friday|Wednesday)\b")
    lines = [TEXTS.written(one.with_(language="es")) for life in lives() for _, one in life.sent]
    assert lines
    assert not [found[0] for words in lines if (found := english.search(everything(words)))]


def test_english_keeps_its_house_style() -> None:
    """Friday 5 March 2027 at 09:00 EST; shorter in a text message."""
    words = TEXTS.written(order("en", OccasionKind.VISIT_72H))
    assert words.subject == "Your visit on Friday 5 March 2027 at 09:00 EST"
    assert words.sms.startswith("Northside: your visit is on Fri 5 Mar at 09:00 EST. Please call")


def test_a_booking_window_is_dated_in_the_language() -> None:
    """Days without a year."""
    fields = {"opens": "2027-03-05", "closes": "2027-04-11"}
    assert "entre el 5 de marzo y el 11 de abril" in TEXTS.written(order("es", OccasionKind.BOOK, **fields)).body
    assert "between 5 March and 11 April" in TEXTS.written(order("en", OccasionKind.BOOK, **fields)).body


def abroad(zone: str) -> Life:
    """Six visits planned at the northside, for a patient who lives elsewhere."""
    life = scheduled()
    life.do("contact", Role.COORDINATOR, zone=zone_snapshot(zone, life.now, 3))
    life.go_to(life.record.open_sessions[0].start - timedelta(hours=30))
    return life


@pytest.mark.parametrize(("zone", "told"), [("America/Los_Angeles", True), ("America/Toronto", False)])
def test_whose_clock_is_meant_is_said_to_who_lives_by_another(zone: str, told: bool) -> None:
    """09:00 EST is New York's to somebody in Los Angeles; Toronto's clocks show the same."""
    (reminder,) = [one for _, one in abroad(zone).to_patient() if one.parts[0].kind is OccasionKind.VISIT_72H]
    words = TEXTS.written(reminder)
    when = "Monday 9 November 2026 at 09:00 EST"
    assert (f"{when} (New York time)" in words.body) is told
    assert f"{when}" in words.body
    assert ("Mon 9 Nov at 09:00 EST (New York time)" in words.sms) is told


def copied(folder: Path, language: str, *changes: tuple[str, str]) -> Path:
    """A clinic folder with the shipped English, and a copy that calls itself another language."""
    texts = folder / "texts"
    texts.mkdir()
    english = (CLINIC_FOLDER / "texts" / "en.toml").read_text()
    (texts / "en.toml").write_text(english)
    for before, after in (('language = "en"', f'language = "{language}"'), *changes):
        assert before in english
        english = english.replace(before, after, 1)
    (texts / f"{language}.toml").write_text(english)
    return folder


@pytest.mark.parametrize(
    ("language", "day"), [("de", "Freitag, 5. März 2027, 09:00 EST"), ("fr", "vendredi 5 mars 2027, 09:00 EST")]
)
def test_a_new_language_is_one_file(tmp_path: Path, language: str, day: str) -> None:
    """Its days are written as the CLDR has them, with nothing said about them in the file."""
    texts = load_texts(copied(tmp_path, language), SITES)
    assert texts.written(order(language, OccasionKind.VISIT_24H)).subject == f"Getting ready for {day}"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("[kinds.lapsed]", "[kinds.lapse]"), 'kinds lacks "lapsed": add it'),
        (("stop = ", "halt = "), 'the file lacks "stop": add it'),
        (('prompt = "prompt"', ""), 'staff_words lacks "prompt": letters to the staff say it, write it here'),
        (('stop = "STOP ends texts."', 'stop = "Call to end texts."'), "stop does not name STOP"),
        (("text {crisis_line}, day", "text 988, day"), "closing does not say {crisis_line}: every letter"),
        (('clock = "{city} time"', 'clock = "our time"'), "clock does not say {city}"),
        (('language = "de"', 'language = "xx"'), 'nobody knows how "xx" writes its days'),
        (
            ("[staff_words]", '[dates]\nmoment = "EEEE ddddd"\n[staff_words]'),
            "dates.moment is no CLDR pattern of a day",
        ),
        (
            ("[staff_words]", '[dates]\nbrief = "EEE d MMM"\n[staff_words]'),
            "dates.brief is no CLDR pattern of a day and its time",
        ),
    ],
)
def test_a_language_that_lacks_something_is_refused(tmp_path: Path, change: tuple[str, str], sentence: str) -> None:
    """The sentence says what is missing, and in which file."""
    folder = copied(tmp_path, "de")
    path = folder / "texts" / "de.toml"
    text = path.read_text()
    assert change[0] in text
    path.write_text(text.replace(*change, 1))
    with pytest.raises(LoadError) as refused:
        load_texts(folder, SITES)
    assert [line for line in str(refused.value).splitlines() if line.startswith("texts/de.toml") and sentence in line]


def written_everywhere(texts: ClinicTexts, language: str) -> list[str]:
    """Every text message that the shipped texts can make, at each site."""
    return [
        texts.written(one.with_(language=language, site=site)).sms
        for life in lives()
        for _, one in life.sent
        for site in SITES
    ]


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_text_message_is_one_and_offers_stop(language: str) -> None:
    """160 places of the GSM alphabet; those to a patient say how to end them."""
    texts = written_everywhere(TEXTS, language)
    assert max(places(one) for one in texts) <= 160
    assert not [one for one in texts if outside(one)]
    assert not [one for one in texts if "STOP" not in one and "c-test" not in one]
