"""Vital signs, adverse events and comfort as people write them, on a command line or in a scenario."""

import re
from typing import Any

from course.model.terms import Severity

READING = re.compile(r"(\d{2,3})/(\d{2,3})(?: (\d{2,3})(?: (\d{2,3}))?)?(?: s(\d))?(?: d(\d{1,2}))?")
NAMES = ("systolic", "diastolic", "heart_rate", "spo2", "sedation", "dissociation")
SAY_READING = "write a reading as 122/78, with pulse and SpO2 as 122/78 70 98, with MOAA/S and dissociation as s5 d0"

COMFORT = re.compile(r"(\d|10)(?: (\S.{0,39}))?")
SAY_COMFORT = "write comfort as `7`, or `7 calm` with the patient's word"

SERIOUS = "serious"
SAY_EVENT = "write an event as `nausea, mild`, or `syncope, severe serious, sent to hospital`"


def reading(text: str) -> dict[str, int]:
    """The numbers of a reading such as `172/104 88 97 s4 d2`; raises ValueError saying how it is written."""
    found = READING.fullmatch(text.strip())
    if found is None:
        raise ValueError(SAY_READING)
    return {name: int(value) for name, value in zip(NAMES, found.groups(), strict=True) if value}


def comfort(text: str) -> dict[str, Any]:
    """How the room was, such as `7 calm`; raises ValueError saying how it is written."""
    found = COMFORT.fullmatch(text.strip())
    if found is None:
        raise ValueError(SAY_COMFORT)
    return {"comfort": int(found[1]), "comfort_word": found[2] or ""}


def adverse(text: str) -> dict[str, Any]:
    """An adverse event such as `nausea, mild, ondansetron given`; raises ValueError saying how it is written."""
    term, _, rest = (part.strip() for part in text.partition(","))
    how, _, action = (part.strip() for part in rest.partition(","))
    words = how.split()
    severities = [word for word in words if word in set(Severity)]
    if not term or len(severities) != 1 or set(words) - {*severities, SERIOUS}:
        raise ValueError(SAY_EVENT)
    return {"term": term, "severity": severities[0], "serious": SERIOUS in words, "action": action}
