"""What an instrument may not say, beyond the shape of its file; its worked examples are scored."""

import re
from collections.abc import Iterator

from course.library.findings import Finding, at_least, identified, listed, rising, spoken
from course.model.protocol.instrument import Instrument, PartRule
from course.scores.scoring import ScoringError, score

NEVER_BY_A_YES = 2
STEPS = (1, 0.5, 0.1)

_LOINC = re.compile(r"(\d{1,7})-(\d)")


def instrument_findings(instrument: Instrument) -> Iterator[Finding]:
    """Everything that an instrument says and cannot mean."""
    yield from identified((), instrument.id)
    yield from spoken((), instrument, "title", "version", "look_back")
    for name, code in instrument.loinc.items():
        if not _is_loinc(code):
            yield ("loinc", name), f'"{code}" is not a LOINC code: write digits, a hyphen and their check digit'
    scoring = [*at_least((), instrument, 1, "items"), *rising((), instrument, "item_max", low=instrument.item_min + 1)]
    scoring = scoring or [*_parts(instrument), *_skips(instrument), *_blanks(instrument)]
    scoring = scoring or [*_totals(instrument), *_bands(instrument), *_safety_items(instrument)]
    yield from scoring or _examples(instrument)


def _totals(instrument: Instrument) -> Iterator[Finding]:
    lowest = instrument.total_min
    yield from rising((), instrument, "clinical_cut", low=lowest + 1, high=instrument.total_max)
    yield from rising((), instrument, "reliable_change", low=1, high=instrument.total_max - lowest)


def _parts(instrument: Instrument) -> Iterator[Finding]:
    seen: set[int] = set()
    for number, part in enumerate(instrument.parts):
        path = ("parts", number)
        yield from spoken(path, part, "name")
        for place, item in enumerate(part.items):
            if item in seen or not 1 <= item <= instrument.items:
                yield (*path, "items", place), f"each item from 1 to {instrument.items} belongs to one part, once"
            seen.add(item)
        if part.weights and (len(part.weights) != len(part.items) or min(part.weights) < 1):
            yield (*path, "weights"), "weights are one an item, each at least 1: leave them out where all count once"
    missing = [item for item in range(1, instrument.items + 1) if item not in seen]
    if instrument.parts and missing:
        yield ("parts",), f"no part holds item {listed(missing)}: name it, or leave the parts out"


def _skips(instrument: Instrument) -> Iterator[Finding]:
    for number, skip in enumerate(instrument.skips):
        path = ("skips", number)
        yield from rising(path, skip, "item", low=1, high=instrument.items)
        yield from rising(path, skip, "answer", low=instrument.item_min, high=instrument.item_max)
        yield from rising(path, skip, "to", low=skip.item + 2, high=instrument.items + 1)


def _blanks(instrument: Instrument) -> Iterator[Finding]:
    yield from rising((), instrument, "blanks_max", low=0, high=instrument.items - 1)
    plain = all(part.by is PartRule.SUM and not part.weights for part in instrument.parts)
    if instrument.blanks_max and (instrument.scores_only or instrument.skips or not plain):
        yield ("blanks_max",), "the mean stands for a blank item only where all items count alike: leave it out"
    if instrument.step not in STEPS:
        yield ("step",), f'"step" is one of {listed(STEPS)}, not {instrument.step}'
    if instrument.step != 1 and not (instrument.scores_only or instrument.mean):
        yield ("step",), "answers are whole, so their sum is: a step belongs to a mean, or to a total that is entered"
    if instrument.mean and (instrument.scores_only or instrument.parts or instrument.skips or instrument.blanks_max):
        yield ("mean",), "a mean is taken over items that are all asked, without parts and without blanks"
    reached = [part.symptoms_min for part in instrument.parts if part.symptoms_min]
    if bool(reached) != (instrument.symptom_from is not None) or bool(reached) != bool(instrument.pattern):
        yield ("pattern",), "a pattern has a name, symptom_from, and symptoms_min in its parts: give all three or none"
    yield from rising((), instrument, "symptom_from", low=instrument.item_min + 1, high=instrument.item_max)
    for number, part in enumerate(instrument.parts):
        yield from rising(("parts", number), part, "symptoms_min", low=0, high=len(part.items))
    if instrument.beside is not None:
        yield from spoken(("beside",), instrument.beside, "name")
        if not instrument.beside.answers or instrument.skips or instrument.scores_only:
            yield ("beside",), "a question beside the items has answers in words, and items that are all asked"


def _bands(instrument: Instrument) -> Iterator[Finding]:
    lowest = instrument.total_min
    if not instrument.bands or instrument.bands[0].from_total != lowest:
        yield ("bands", 0, "from_total"), f"the first band begins at the lowest total, which is {lowest}"
    for number, band in enumerate(instrument.bands[1:], start=1):
        floor = instrument.bands[number - 1].from_total + instrument.step
        yield from rising(("bands", number), band, "from_total", low=floor, high=instrument.total_max)


def _safety_items(instrument: Instrument) -> Iterator[Finding]:
    seen: set[int] = set()
    for number, safety in enumerate(instrument.safety_items):
        path = ("safety_items", number)
        yield from rising(path, safety, "item", low=1, high=instrument.items)
        low, high = instrument.item_min + 1, instrument.item_max
        yield from rising(path, safety, "at_least", "urgent_at_least", low=low, high=max(high, NEVER_BY_A_YES))
        if high < safety.at_least <= NEVER_BY_A_YES:
            yield (*path, "at_least"), f'"at_least" is at most {high}, not {safety.at_least}'
        if safety.item in seen:
            yield (*path, "item"), f"item {safety.item} is a safety item twice: keep one"
        seen.add(safety.item)


def _examples(instrument: Instrument) -> Iterator[Finding]:
    if not instrument.examples:
        yield ("examples",), "an instrument needs at least one worked example under [[examples]]"
    for number, example in enumerate(instrument.examples):
        path = ("examples", number)
        try:
            scored = score(instrument, example.answers, example.total if instrument.scores_only else None)
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
