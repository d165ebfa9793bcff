"""Laboratory results: each value with its unit and the laboratory's upper limit, never read against another unit."""

import unicodedata
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from course.acts.catalogue import LabResult, RecordGate
from course.model.parts import GateState, LabValue
from course.model.protocol.gate import Gate
from course.model.terms import GateAnswer, GateKind


def results(act: RecordGate) -> tuple[LabResult, ...]:
    """What an act reports: the values of a panel, or the one value of a gate that takes one."""
    if act.value is None:
        return act.results
    return (*act.results, LabResult(value=act.value, unit=act.unit, upper_limit=act.upper_limit))


def kept(before: GateState | None, act: RecordGate) -> tuple[LabValue, ...]:
    """The last value of each analyte after an act; a result that is pending leaves those before it standing."""
    last = {} if before is None else {one.analyte: one for one in before.results}
    for one in results(act):
        answer = LabValue(
            analyte=one.analyte, value=one.value, unit=one.unit, upper_limit=one.upper_limit, drawn=act.happened_at
        )
        earlier = last.get(one.analyte)
        put_right = earlier is not None and earlier.drawn == answer.drawn and earlier.is_first
        first = answer if earlier is None or put_right else earlier
        if first is answer:
            last[one.analyte] = answer.with_(first=answer.value, first_unit=answer.unit)
        else:
            last[one.analyte] = answer.with_(first=first.first, first_unit=first.first_unit)
    return tuple(last.values())


def same_unit(one: str, other: str) -> bool:
    """Whether two units are surely one; a missing one is none, and l is a litre as L is."""
    return bool(_plain(one)) and _plain(one) == _plain(other)


def _plain(unit: str) -> str:
    return unicodedata.normalize("NFKC", unit).replace(" ", "").replace("l", "L")


def doubts(gate: Gate, before: GateState | None, act: RecordGate, times_upper: int) -> Iterator[str]:
    """Values far above their upper limit, and values in another unit than the first of the course."""
    firsts = {} if before is None else {one.analyte: one.first_unit for one in before.results}
    for one in results(act):
        name = f"{one.analyte} " if one.analyte else ""
        if one.upper_limit is not None and one.value > times_upper * one.upper_limit:
            yield f"{name}{one.value} where the upper limit is {one.upper_limit}"
        first = firsts.get(one.analyte, "")
        if first and one.unit and not same_unit(first, one.unit):
            yield f"{name or f'gate {gate.id} '}in {one.unit} where it was measured in {first} first"


def why_not(gate: Gate, before: GateState | None, act: RecordGate) -> str:
    """Why a gate does not take what was measured, in one sentence, or an empty string."""
    value = results(act)
    if value and (gate.kind is not GateKind.LAB or act.also):
        return f"gate {gate.id} takes no value of its own here: a value belongs to one laboratory gate"
    names = [one.analyte for one in value]
    known = [one.name for one in gate.analytes]
    if any(name not in (known or [""]) for name in names):
        takes = f"{', '.join(known)}, each such as {known[0]}=35/40U/L" if known else "one value, with --value"
        return f"gate {gate.id} takes {takes}"
    if len(set(names)) < len(names):
        return f"gate {gate.id} has one value for each of {', '.join(known)}: give each once"
    if bare := [one for one in value if not one.unit]:
        which = bare[0].analyte or "the value"
        return f"gate {gate.id}: {which} has no unit: give it as the laboratory writes it, such as 35 U/L"
    if gate.limits is not None and act.answer is GateAnswer.YES:
        return _incomplete(gate, before, act)
    return ""


def _incomplete(gate: Gate, before: GateState | None, act: RecordGate) -> str:
    """What an acceptable result with limits still lacks, values of the same draw that came before it counted."""
    drawn = {one.analyte: one for one in kept(before, act) if one.drawn == act.happened_at}
    missing = [one.name for one in gate.analytes if one.name not in drawn]
    if not gate.analytes and "" not in drawn:
        return f"gate {gate.id} needs its value, unit and upper limit: use `lab`"
    if missing:
        return (
            f"gate {gate.id} lacks {', '.join(missing)}: give each with its upper limit and unit, such as "
            f"{missing[0]}=35/40U/L, or say --pending while they are awaited"
        )
    if bare := [one.analyte or "the value" for one in drawn.values() if one.upper_limit is None]:
        return f"gate {gate.id}: {bare[0]} has no upper limit: give the laboratory's"
    return ""


def now_in(values: tuple[LabValue, ...], drawn: datetime) -> tuple[LabValue, ...]:
    """Those of one draw."""
    return tuple(one for one in values if one.drawn == drawn)


def in_words(values: tuple[LabResult, ...]) -> str:
    """Values as the course's page shows them."""
    return ", ".join(_said(one.analyte, one.value, one.unit, one.upper_limit) for one in values)


def _said(analyte: str, value: Decimal, unit: str, upper_limit: Decimal | None) -> str:
    limit = f", upper limit {upper_limit}" if upper_limit is not None else ""
    if analyte:
        return f"{analyte} {value}{f'/{upper_limit}' if upper_limit is not None else ''} {unit}".strip()
    return f"{f'{value} {unit}'.strip()}{limit}"
