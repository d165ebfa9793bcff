"""Whoever is on call is written to in their own language, whatever the patient's is."""

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.clinic.staff_file import load_staff
from course.library.loading import LoadError
from tests.support.clinics import Clinic
from tests.support.records import CLINIC_FOLDER


async def test_an_escalation_is_in_the_language_of_who_is_told(here: Clinic) -> None:
    """A Spanish patient's item 9: Dr Lee, who said nothing, reads English; Dr Okafor reads Spanish; a step each."""
    okafor = await here.store.staff.account("okafor")
    assert okafor is not None
    await here.store.staff.change(replace(okafor, language="es"))
    for step in (0, 1):
        await here.send(here.escalation(step, language="es"))
    assert here.told() == ["lee@clinic.example", "okafor@clinic.example"]
    english, spanish = (one.get_content() for one in here.office.taken)
    assert "Course c-1 at Northside needs a clinician, urgent: phq9 item 9." in english
    assert "El tratamiento c-1 en Northside necesita a un clínico, urgente: phq9 ítem 9." in spanish
    assert [str(one["Subject"]) for one in here.office.taken] == [
        "Please acknowledge: c-1 (urgent)",
        "Acuse recibo, por favor: c-1 (urgente)",
    ]


async def test_who_stands_in_is_written_to_in_their_own(here: Clinic) -> None:
    """The first address is refused for good: the next one's letter is not the first one's words."""
    okafor = await here.store.staff.account("okafor")
    assert okafor is not None
    await here.store.staff.change(replace(okafor, language="es"))
    here.office.never.add("lee@clinic.example")
    await here.send(here.escalation())
    (letter,) = here.office.taken
    assert (str(letter["To"]), "necesita a un clínico" in letter.get_content()) == ("okafor@clinic.example", True)


def test_the_staff_file_says_the_language(tmp_path: Path) -> None:
    """Two letters; anything else is refused with its field."""
    text = (CLINIC_FOLDER / "staff.toml").read_text()
    assert text.count('language = "en"') == 1
    file = tmp_path / "staff.toml"
    file.write_text(text.replace('language = "en"', 'language = "es"'))
    assert [one.account().language for one in load_staff(file).staff if one.id == "lee"] == ["es"]
    file.write_text(text.replace('language = "en"', 'language = "Spanish"'))
    with pytest.raises(LoadError, match="a language is written with two letters, such as en"):
        load_staff(file)
