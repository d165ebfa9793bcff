"""Vital signs against a protocol: what is missing, too old or outside its limits, and where a series has gaps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from course.acts.room import Reading
from course.model.base import minutes
from course.model.protocol.session import SessionRules, VitalLimits
from course.model.visit import Vitals

LATE_MINUTES = 5
"""So much later than asked a reading is still in time. [set]"""

SIGNS = {
    "systolic": ("blood pressure", "systolic", "mmHg"),
    "diastolic": ("blood pressure", "diastolic", "mmHg"),
    "heart_rate": ("pulse", "pulse", "a minute"),
    "spo2": ("SpO2", "SpO2", "%"),
    "sedation": ("MOAA/S", "MOAA/S", "of 5"),
    "dissociation": ("dissociation", "dissociation", "of 10"),
}
"""How each sign is asked for, how it is named, and its unit."""


@dataclass(frozen=True)
class LimitCheck:
    """How the newest readings stand against limits; each sign by its name, never its value."""

    missing: tuple[str, ...] = ()
    old: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


def against_limits(
    limits: VitalLimits, readings: Sequence[Reading | Vitals], at: datetime, most_minutes: int | None = None
) -> LimitCheck:
    """The newest reading of every sign that has a limit, as it stood at an instant; an old one says nothing."""
    missing: list[str] = []
    old: list[str] = []
    outside: list[str] = []
    for sign, (asked, _, _) in SIGNS.items():
        if not limited(limits, sign):
            continue
        taken = [(one.at, value) for one in readings if (value := getattr(one, sign)) is not None and one.at <= at]
        if not taken:
            missing.append(asked)
            continue
        when, value = max(taken, key=lambda one: one[0])
        if most_minutes is not None and at - when > minutes(most_minutes):
            old.append(asked)
        else:
            outside += beyond(limits, sign, value)
    return LimitCheck(tuple(dict.fromkeys(missing)), tuple(dict.fromkeys(old)), tuple(outside))


def asked_again(found: LimitCheck, most_minutes: int) -> str:
    """One sentence that asks for what is missing or old, or an empty string."""
    now = [", ".join(found.missing)] if found.missing else []
    again = [f"{', '.join(found.old)} again, older than {most_minutes} minutes"] if found.old else []
    return f"take {', and '.join([*now, *again])}" if now or again else ""


def why_pressure_refused(rule: SessionRules, readings: Sequence[Reading]) -> str:
    """Why the blood pressure of a day refuses its dose, or an empty string.

    Refused when high on two readings `recheck_minutes` apart. One high reading asks for a second; a lower reading
    before `recheck_minutes` does not count as that. Limits are the protocol's [set]; SPRAVATO label: weigh a delay
    above 140/90.
    """
    readings, least = sorted(readings, key=lambda one: one.at), minutes(rule.recheck_minutes)
    high = [one for one in readings if one.systolic >= rule.systolic_refuse or one.diastolic >= rule.diastolic_refuse]
    if not high:
        return ""
    if high[-1].at - high[0].at >= least:
        return "blood pressure is too high on two readings: record the visit as not given"
    if readings[-1].at - high[0].at < least:
        return f"blood pressure is too high: take it again {rule.recheck_minutes} minutes after the first reading"
    return ""


def outside_during_infusion(limits: VitalLimits, readings: Sequence[Reading]) -> tuple[str, ...]:
    """Signs that lay outside their limits in any of the readings, each named once and without its value."""
    found = (
        said
        for sign in SIGNS
        for one in readings
        if (value := getattr(one, sign)) is not None
        for said in beyond(limits, sign, value)
    )
    return tuple(dict.fromkeys(found))


def in_words(limits: VitalLimits) -> Iterator[str]:
    """Each sign that has limits, as a sheet of paper says it."""
    for sign, (_, name, unit) in SIGNS.items():
        low, high = _ends(limits, sign)
        if low is not None and high is not None:
            yield f"{name} {low} to {high} {unit}"
        elif low is not None:
            yield f"{name} {low} {unit} or more"
        elif high is not None:
            yield f"{name} {high} {unit} or less"


def only(limits: VitalLimits, sign: str) -> VitalLimits:
    """The limits of one sign."""
    low, high = _ends(limits, sign)
    return VitalLimits.model_validate({f"{sign}_min": low, f"{sign}_max": high})


def limited(limits: VitalLimits, sign: str) -> bool:
    """Whether a sign has a limit at either end."""
    return _ends(limits, sign) != (None, None)


def _ends(limits: VitalLimits, sign: str) -> tuple[int | None, int | None]:
    return getattr(limits, f"{sign}_min", None), getattr(limits, f"{sign}_max", None)


def beyond(limits: VitalLimits, sign: str, value: int) -> Iterator[str]:
    """The limit that a value lies beyond, in words."""
    _, name, unit = SIGNS[sign]
    low, high = _ends(limits, sign)
    if low is not None and value < low:
        yield f"{name} below {low} {unit}"
    if high is not None and value > high:
        yield f"{name} above {high} {unit}"


def gaps(rule: SessionRules, taken: Sequence[Vitals], began: datetime, ended: datetime) -> tuple[str, ...]:
    """Spans of an infusion that are longer than `vitals_minutes` and hold no reading, one sentence for all."""
    found = list(_gaps(rule, sorted(one.at for one in taken), began, ended))
    return (f"no vital signs for {', '.join(found)}: every {rule.vitals_minutes} are asked for",) if found else ()


def _gaps(rule: SessionRules, taken: list[datetime], began: datetime, ended: datetime) -> Iterator[str]:
    most = minutes(rule.vitals_minutes + LATE_MINUTES)
    during = [at for at in taken if began <= at <= ended + most]
    last = max(during, default=began)
    for earlier, later in pairwise([began, *during, *([] if last >= ended else [ended])]):
        if later - earlier > most:
            since, until = (int((at - began).total_seconds() // 60) for at in (earlier, later))
            yield f"minutes {since} to {until}"
