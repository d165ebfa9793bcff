"""The clinical reference as a page: every value of every protocol with its unit and source, gates, instruments."""

from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path

from adapters.clinic.files import load_clinic
from cli.reference.clinical_rules import READ_BY, rules
from cli.reference.readers import readers
from course.library.findings import listed
from course.library.toml_lines import Path as KeyPath
from course.library.toml_lines import lines_of
from course.model.protocol.gate import Gate
from course.model.protocol.instrument import Instrument, Part, PartRule, asked_about
from course.model.protocol.protocol import Cadence, HoldRule, Protocol

SECTIONS = (
    "induction",
    "dose",
    "outcome",
    "rated",
    "stop_review",
    "measuring",
    "screening",
    "maintenance",
    "evaluations",
    "session",
    "before_dose",
    "during",
    "leaving",
    "plausible",
    "doubt",
)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
UNITS = {
    "days": "days", "minutes": "min", "hours": "h", "weeks": "weeks", "percent": "%", "sessions": "sessions",
    "boosters": "boosters", "systolic": "mmHg", "diastolic": "mmHg", "points": "points",
    "years": "years", "heart": "/min", "spo2": "%", "sedation": "MOAA/S, 5 alert", "dissociation": "of 10",
}  # fmt: skip
"""Units as the names of the fields say them."""

NOTHING = ("", "")
DIFFERS = ("induction.", "dose.", "outcome.", "rated.", "measuring.", "maintenance.", "session.leave")
"""The values that make one arm another."""

FIRST = """## To be signed

How the arms differ: [set] marks a default to sign or to change, the other values come from the clinic's page or a work.
What is the same in all of them stands below; the gates of every arm stand further down, once.
"""

FIRST_SET = """The defaults ([set]) that hold in every arm, for the medical director to sign or to change:
"""

FIRST_SIGNED = """Medical director: ______________________   Date: ______________
"""

DEFAULT = "default"
"""The source of a value that a file leaves out."""

HEAD = """# Clinical reference

What the protocols and instruments of `clinic/` say, value by value. Sources: **[brief]** the clinic's page says so; \
**[set]** a default for the medical lead to sign and change; otherwise a work that is given in full below. A course \
keeps the protocol that it started with. The software prescribes nothing: it plans, asks, records, computes, warns, \
holds for a person, and remembers.
"""

FAULTS = """## Two faults of the clinic's page

- It gives a wrong author list for the study of six infusions by Shiroma and others (2014). The DOI is right, \
10.1016/j.jad.2013.10.036; the authors are Shiroma, Johns, Kuskowski, Wels, Thuras, Albott and Lim.
- It cites "aan het Rot 2012" for six infusions. That is a review; the study of six infusions by that group is of 2010.

The page speaks of efficacy. Here each protocol carries a grade of evidence and its citations, negative and mixed \
results included.
"""


def page(folder: Path, only: Container[str] | None = None) -> str:
    """The whole page, of all protocols and instruments of a folder or of those named."""
    clinic = load_clinic(folder)
    files = {one: (folder / "protocols" / f"{one}.toml").read_text() for one in clinic.protocols}
    every = [one for one in clinic.protocols.values() if only is None or one.id in only]
    shared = [gate for gate in every[0].gates if all(gate in one.gates for one in every)]
    instruments = [one for one in clinic.instruments.values() if only is None or one.id in only]
    protocols = [_protocol(one, files[one.id], shared) for one in every]
    sources = {name: reference for one in every for name, reference in one.sources.items()}
    sources |= {name: reference for one in instruments for name, reference in one.sources.items()}
    listed = "\n".join(f"- {name}: {sources[name]}" for name in sorted(sources, key=str.lower))
    gates = f"## Gates of every protocol\n\n{_gates(shared)}\n"
    checks = every[0].long_term
    asked = [(f"`{one.id}`", one.text, str(one.every_days), "days", one.source) for one in checks]
    heads = ("check", "asks about", "every", "unit", "source")
    long_term = f"## Long-term checks in maintenance\n\n{_table(heads, asked)}\n"
    tail = [_instruments(instruments), _loinc(instruments), f"## Sources\n\n{listed}"]
    first = signed_page(every, files)
    names = dict.fromkeys(name for one in every for name in _values(one, files[one.id]))
    found = tuple(readers(tuple(names), READ_BY))
    read = f"## Which function reads which value\n\n{_table(('value', 'read by'), found)}\n"
    return "\n".join([HEAD, first, FAULTS, *protocols, gates, long_term, rules(_table), _by_table(), read, *tail])


def _by_table() -> str:
    rows = [(f"`[{name}]`", ", ".join(f"`{file}`" for file in files)) for name, files in READ_BY.items()]
    return f"## Which rule reads which table\n\n{_table(('table', 'read by'), rows)}\n"


def signed_page(protocols: Sequence[Protocol], texts: Mapping[str, str]) -> str:
    """One page for a medical director: how the arms differ, and the defaults that hold in all of them."""
    values = {one.id: _values(one, texts[one.id]) for one in protocols}
    names = [name for name in values[protocols[0].id] if all(name in mine for mine in values.values())]
    names += [name for mine in values.values() for name in mine if name not in names and name.startswith(DIFFERS)]
    rows = {name: [values[one.id].get(name, NOTHING) for one in protocols] for name in dict.fromkeys(names)}
    apart = [
        (name, *(f"{said} [set]" if "[set]" in source else said for said, source in row))
        for name, row in rows.items()
        if name.startswith(DIFFERS) and len({said for said, _ in row}) > 1
    ]
    alike = {
        name: row[0][0]
        for name, row in rows.items()
        if len({said for said, _ in row}) == 1 and any("[set]" in source or source == DEFAULT for _, source in row)
    }
    tables: dict[str, list[str]] = {}
    for name, said in alike.items():
        table, _, field = name.partition(".")
        tables.setdefault(table, []).append(f"{field} {said}")
    lines = [f"- {table}: {'; '.join(fields)}" for table, fields in tables.items()]
    heads = ("value", *(one.short for one in protocols))
    return "\n".join([FIRST, _table(heads, apart), "", FIRST_SET, *lines, "", FIRST_SIGNED])


def _values(protocol: Protocol, text: str) -> dict[str, tuple[str, str]]:
    """Each value of a protocol with its unit, and its source."""
    found = (row for section in SECTIONS for row in _rows(protocol, section, text))
    return {name: (said if said == "none" else f"{said} {unit}".strip(), source) for name, said, unit, source in found}


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join(f"| {' | '.join(' '.join(cell.replace('|', '/').split()) for cell in line)} |" for line in lines)


def _protocol(protocol: Protocol, text: str, shared: list[Gate]) -> str:
    rows: list[tuple[str, ...]] = []
    for section in SECTIONS:
        rows += _rows(protocol, section, text)
    rows += [_hold(number, rule, text) for number, rule in enumerate(protocol.holds)]
    own = [gate for gate in protocol.gates if gate not in shared]
    evidence = f"Evidence: **{protocol.evidence.grade}**. {' '.join(protocol.evidence.statement.split())}"
    cited = f"({'; '.join(protocol.evidence.citations)})"
    return "\n".join(
        [
            f"## {protocol.title}\n\n`{protocol.id}`, version {protocol.version}. {evidence} {cited}\n",
            _table(("value", "is", "unit", "source"), rows),
            f"\nBeside the gates of every protocol:\n\n{_gates(own)}\n" if own else "",
        ]
    )


def _rows(protocol: Protocol, section: str, text: str) -> Iterator[tuple[str, ...]]:
    table = getattr(protocol, section)
    if table is None:
        return
    for name in type(table).model_fields:
        value = getattr(table, name)
        source = _source(text, (section, name))
        if name == "source" or value is None or (source == DEFAULT and not value):
            continue
        yield f"{section}.{name}", _said(name, value), _unit(protocol, section, name), source


def _hold(number: int, rule: HoldRule, text: str) -> tuple[str, ...]:
    source = _source(text, ("holds", number, "at_least"))
    return f"holds for {rule.cause}", f"{rule.instrument} of {rule.at_least} or more", "", source


def _said(name: str, value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple() if name == "weekdays":
            return ", ".join(WEEKDAYS[day] for day in value)
        case tuple():
            return ", ".join(_step(one) if isinstance(one, Cadence) else str(one) for one in value) or "none"
        case _:
            return str(value)


def _step(step: Cadence) -> str:
    return f"every {step.every_days} days" + (f" until week {step.until_week}" if step.until_week else "")


def _unit(protocol: Protocol, section: str, name: str) -> str:
    if section == "dose" and name in {"amount", "low", "high"}:
        return protocol.dose.basis
    if name.endswith(("mg", "mg_per_hour")):
        return "mg/h" if name.endswith("hour") else "mg"
    if name in {"weekdays", "cadence", "instrument"}:
        return ""
    if name == "early_most_in_28_days":
        return "boosters"
    return next((unit for word, unit in UNITS.items() if word in name.split("_")), "")


def _source(text: str, path: KeyPath) -> str:
    """The comment behind a value; a value that the file leaves out is the format's default."""
    line = lines_of(text).get(path)
    if line is None:
        return DEFAULT
    return text.split("\n")[line - 1].partition("#")[2].strip()


def _gates(gates: list[Gate]) -> str:
    return _table(("gate", "kind", "text", "answered by", "source"), [_gate(one) for one in gates])


def _gate(gate: Gate) -> tuple[str, ...]:
    lines = [gate.text]
    lines += [f"expires after {gate.expires_days} days"] if gate.expires_days else []
    lines += [f"again before sessions {listed(gate.before_sessions)}"] if gate.before_sessions else []
    lines += ["optional"] if gate.optional else []
    lines += ["or why not"] if gate.or_why_not else []
    if gate.limits is not None:
        limits = gate.limits
        lines += [f"each of {', '.join(one.name for one in gate.analytes)}"] if gate.analytes else []
        own = [f"{one.name} from {one.hold_times_upper} x" for one in gate.analytes if one.hold_times_upper is not None]
        held = f"from {limits.hold_times_upper} x the upper limit holds for {limits.cause}"
        lines.append(f"{held} ({', '.join(own)})" if own else held)
        lines.append(f"from {limits.alert_times_first} x the first value alerts")
    return f"`{gate.id}`", gate.kind, "; ".join(lines), ", ".join(gate.by), gate.source


def _instruments(instruments: list[Instrument]) -> str:
    heads = ("id", "items", "total", "bands", "cut", "reliable change", "look-back", "safety items", "licence")
    rows = [
        (
            f"`{one.id}` {one.title}",
            f"{one.items} x {one.item_min}-{one.item_max}{', rated' if one.rater else ''}",
            f"{one.total_min}-{one.total_max}",
            ", ".join(f"{band.name} from {band.from_total}" for band in one.bands),
            str(one.clinical_cut or ""),
            str(one.reliable_change or ""),
            asked_about(one),
            ", ".join(f"item {safety.item} from {safety.at_least}" for safety in one.safety_items),
            one.licence,
        )
        for one in instruments
    ]
    parts = [
        f"- `{one.id}`, {part.name}: {_taken(part)}{f', weighted {listed(part.weights)}' if part.weights else ''}"
        for one in instruments
        for part in one.parts
    ]
    return "\n".join(["## Instruments\n", _table(heads, rows), "\nTotals that are more than a sum:\n", *parts, ""])


def _taken(part: Part) -> str:
    if len(part.items) == 1:
        return f"item {part.items[0]}"
    return f"{'the highest' if part.by is PartRule.MAX else 'the sum'} of items {listed(part.items)}"


def _codes(instrument: Instrument) -> str:
    codes = ", ".join(f"{what} {code}" for what, code in instrument.loinc.items()) or "none of its own"
    return f"{codes} ({instrument.loinc_form})" if instrument.loinc_form else codes


def _loinc(instruments: list[Instrument]) -> str:
    rows = [(f"`{one.id}`", _codes(one)) for one in instruments]
    return "\n".join(["### LOINC\n", _table(("instrument", "codes"), rows), ""])
