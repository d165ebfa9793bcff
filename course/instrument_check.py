"""What an instrument may not say, beyond the shape of its file; its worked examples are scored."""

import re
from collections.abc import Iterator

from course.findings import Finding, at_least, identified, rising, spoken
from course.instrument import Instrument, ScoringError, score

_LOINC = re.compile(r"(\d{1,7})-(\d)")


def instrument_findings(instrument: Instrument) -> Iterator[Finding]:
    """Everything that an instrument says and cannot mean."""
    yield from identified((), instrument.id)
    yield from spoken((), instrument, "title", "version", "look_back")
    for name, code in instrument.loinc.items():
        if not _is_loinc(code):
            yield ("loinc", name), f'"{code}" is not a LOINC code: write digits, a hyphen and their check digit'
    scoring = [*at_least((), instrument, 1, "items"), *rising((), instrument, "item_max", low=instrument.item_min + 1)]
    scoring = scoring or [*_totals(instrument), *_bands(instrument), *_safety_items(instrument)]
    yield from scoring or _examples(instrument)


def _totals(instrument: Instrument) -> Iterator[Finding]:
    lowest = instrument.items * instrument.item_min
    yield from rising((), instrument, "clinical_cut", low=lowest + 1, high=instrument.total_max)
    yield from rising((), instrument, "reliable_change", low=1, high=instrument.total_max - lowest)


def _bands(instrument: Instrument) -> Iterator[Finding]:
    lowest = instrument.items * instrument.item_min
    if not instrument.bands or instrument.bands[0].from_total != lowest:
        yield ("bands", 0, "from_total"), f"the first band begins at the lowest total, which is {lowest}"
    for number, band in enumerate(instrument.bands[1:], start=1):
        floor = instrument.bands[number - 1].from_total + 1
        yield from rising(("bands", number), band, "from_total", low=floor, high=instrument.total_max)


def _safety_items(instrument: Instrument) -> Iterator[Finding]:
    seen: set[int] = set()
    for number, safety in enumerate(instrument.safety_items):
        path = ("safety_items", number)
        yield from rising(path, safety, "item", low=1, high=instrument.items)
        answers = {"low": instrument.item_min + 1, "high": instrument.item_max}
        yield from rising(path, safety, "at_least", "urgent_at_least", **answers)
        if safety.item in seen:
            yield (*path, "item"), f"item {safety.item} is a safety item twice: keep one"
        seen.add(safety.item)


def _examples(instrument: Instrument) -> Iterator[Finding]:
    if not instrument.examples:
        yield ("examples",), "an instrument needs at least one worked example under [[examples]]"
    for number, example in enumerate(instrument.examples):
        path = ("examples", number)
        try:
            scored = score(instrument, example.answers)
        except ScoringError as error:
            yield (*path, "answers"), str(error)
            continue
        if scored.total != example.total:
            yield (*path, "total"), f"the answers add up to {scored.total}, not {example.total}"
        if scored.band != example.band:
            yield (*path, "band"), f'a total of {scored.total} reads "{scored.band}", not "{example.band}"'
        if scored.flags != example.flags:
            yield (*path, "flags"), f"the answers flag {list(scored.flags)}, not {list(example.flags)}"


def _is_loinc(code: str) -> bool:
    """Whether the check digit fits (mod 10, as LOINC defines it)."""
    found = _LOINC.fullmatch(code)
    if found is None:
        return False
    digits = [int(digit) for digit in reversed(found[1])]
    added = sum(sum(divmod(2 * digit, 10)) if place % 2 == 0 else digit for place, digit in enumerate(digits))
    return -added % 10 == int(found[2])
