"""What a protocol may not say, beyond the shape of its file."""

from collections.abc import Iterator, Mapping, Sequence

from course.library.findings import Finding, at_least, identified, listed, rising, spoken
from course.library.toml_lines import Path
from course.model.protocol.gate import Gate
from course.model.protocol.instrument import Instrument
from course.model.protocol.protocol import Induction, Maintenance, MeasureRules, OutcomeRule, Protocol, Screening
from course.model.protocol.session import VitalLimits
from course.model.terms import GateKind

_WEEK = 7
_CHANNELS = ("email", "sms")

POSSIBLE = {
    "systolic": (40, 300), "diastolic": (20, 200), "heart_rate": (20, 250), "spo2": (50, 100), "sedation": (0, 5),
    "dissociation": (0, 10),
}  # fmt: skip
"""What a reading can hold at all."""


def protocol_findings(protocol: Protocol, instruments: Mapping[str, Instrument | None]) -> Iterator[Finding]:
    """Everything that a protocol says and cannot mean; an instrument that could not be read stands as None."""
    yield from identified((), protocol.id)
    yield from spoken((), protocol, "title", "version", "short")
    yield from _evidence(protocol)
    yield from _induction(protocol.induction)
    yield from rising(("dose",), protocol.dose, "low", "amount", "high")
    yield from rising(("dose",), protocol.dose, "minutes_min", "minutes", "minutes_max", low=1)
    for name in ("low", "max_mg_per_hour"):
        amount = getattr(protocol.dose, name)
        if amount is not None and amount <= 0:
            yield ("dose", name), f'"{name}" is more than 0, not {amount}'
    yield from _instruments(protocol, instruments)
    yield from _outcome(("outcome",), protocol.outcome, instruments.get(protocol.outcome.instrument))
    if protocol.rated is not None:
        yield from _outcome(("rated",), protocol.rated, instruments.get(protocol.rated.instrument))
    yield from _holds(protocol, instruments)
    yield from _stop_review(protocol)
    yield from _measuring(protocol.measuring)
    yield from _secondary(protocol)
    yield from _maintenance(protocol.maintenance)
    days = ("first_days_min", "first_days_max", "again_days_min", "again_days_max")
    yield from rising(("evaluations",), protocol.evaluations, *days, low=0)
    yield from at_least(("evaluations",), protocol.evaluations, 1, "every_boosters", "every_weeks")
    yield from _session(protocol)
    yield from _signs(("before_dose",), protocol.before_dose)
    yield from _signs(("during",), protocol.during)
    yield from _signs(("leaving",), protocol.leaving)
    yield from _signs(("plausible",), protocol.plausible)
    yield from rising(("doubt",), protocol.doubt, "weight_kg_min", "weight_kg_max", low=1)
    yield from rising(("doubt",), protocol.doubt, "age_years_min", "age_years_max", low=1)
    yield from at_least(("doubt",), protocol.doubt, 1, "dose_over_percent", "lab_times_upper")
    if protocol.integration is not None:
        yield from rising(("integration",), protocol.integration, "hours_min", "hours_max", low=1)
    yield from _gates(protocol)
    yield from _long_term(protocol)


def _evidence(protocol: Protocol) -> Iterator[Finding]:
    yield from spoken(("evidence",), protocol.evidence, "grade", "statement")
    for number, citation in enumerate(protocol.evidence.citations):
        if citation not in protocol.sources:
            path = ("evidence", "citations", number)
            yield path, f'"{citation}" is not listed under [sources]: write its reference there'


def _induction(rule: Induction) -> Iterator[Finding]:
    table = ("induction",)
    yield from rising(table, rule, "sessions_min", "sessions", "sessions_max", low=1)
    yield from rising(table, rule, "gap_days_min", "gap_days_max", low=1)
    needed = (rule.sessions_max - 1) * rule.gap_days_min
    if rule.span_days_max < needed:
        apart = f"{rule.sessions_max} sessions at least {rule.gap_days_min} days apart"
        yield (*table, "span_days_max"), f"{apart} span {needed} days, more than {rule.span_days_max}"
    days = rule.weekdays
    if not days or list(days) != sorted(set(days)) or not set(days) <= set(range(_WEEK)):
        yield (*table, "weekdays"), "weekdays rise from 0 (Monday) to 6 (Sunday), each at most once, at least one"
        return
    between = [(after - before - 1) % _WEEK + 1 for before, after in zip(days, [*days[1:], days[0]], strict=True)]
    if not all(rule.gap_days_min <= gap <= rule.gap_days_max for gap in between):
        window = f"gaps go from {rule.gap_days_min} to {rule.gap_days_max} days"
        yield (*table, "weekdays"), f"these weekdays lie {listed(between)} days apart, but {window}"
    least = min(_days_on(between, rule.sessions, first) for first in range(len(between)))
    if least > rule.span_days_max:
        span = f"{rule.sessions} sessions on these weekdays take {least} days"
        yield (*table, "weekdays"), f"{span}, more than span_days_max = {rule.span_days_max}"


def _days_on(between: Sequence[int], sessions: int, first: int) -> int:
    """From the first to the last of so many sessions, begun on one of the weekdays."""
    rounds, rest = divmod(sessions - 1, len(between))
    return rounds * _WEEK + sum(between[(first + number) % len(between)] for number in range(rest))


def _instruments(protocol: Protocol, instruments: Mapping[str, Instrument | None]) -> Iterator[Finding]:
    for number, name in enumerate(protocol.instruments):
        if name not in instruments:
            known = listed(sorted(instruments)) or "none"
            yield ("instruments", number), f'there is no instrument "{name}": known are {known}'
    named: list[tuple[Path, str]] = [(("outcome", "instrument"), protocol.outcome.instrument)]
    if protocol.rated is not None:
        named.append((("rated", "instrument"), protocol.rated.instrument))
    for field in ("also_at_evaluation", "also_asked", "at_visits", "secondary"):
        listed_there = enumerate(getattr(protocol.measuring, field))
        named += [(("measuring", field, number), name) for number, name in listed_there]
    named += [(("holds", number, "instrument"), rule.instrument) for number, rule in enumerate(protocol.holds)]
    named += _screens(protocol.screening)
    for path, name in named:
        if name not in protocol.instruments:
            yield path, f'"{name}" is not among the instruments of this protocol: add it to "instruments"'
    yield from _screening(protocol.screening, instruments)
    for number, name in enumerate(protocol.measuring.also_asked):
        found = instruments.get(name)
        if found is not None and found.rater:
            yield (
                ("measuring", "also_asked", number),
                f"{name} is rated by staff: between visits self-reports are asked",
            )


def _screens(rule: Screening) -> Iterator[tuple[Path, str]]:
    """Every instrument that the screening names, and where."""
    for field in ("suicide", "at_intake"):
        yield from ((("screening", field, number), name) for number, name in enumerate(getattr(rule, field)))
    if rule.follow_up:
        yield ("screening", "follow_up"), rule.follow_up


def _screening(rule: Screening, instruments: Mapping[str, Instrument | None]) -> Iterator[Finding]:
    """Somebody is asked about suicide before each dose, by a questionnaire that has such an item."""
    if not rule.suicide:
        yield ("screening",), 'no suicide screen is asked before a dose: name one under "suicide"'
    if rule.suicide and not rule.follow_up:
        yield ("screening",), 'a positive safety item is followed by a screener: name it under "follow_up"'
    yield from at_least(("screening",), rule, 0, "days_max")
    for number, name in enumerate(rule.suicide):
        found = instruments.get(name)
        if found is not None and not found.safety_items:
            yield ("screening", "suicide", number), f"{name} has no safety item: name one that asks about suicide"


def _holds(protocol: Protocol, instruments: Mapping[str, Instrument | None]) -> Iterator[Finding]:
    for number, rule in enumerate(protocol.holds):
        found = instruments.get(rule.instrument)
        if found is not None:
            limits = {"low": found.total_min + found.step, "high": found.total_max}
            yield from rising(("holds", number), rule, "at_least", **limits)


def _stop_review(protocol: Protocol) -> Iterator[Finding]:
    rule, table = protocol.stop_review, ("stop_review",)
    if rule is None:
        return
    if protocol.rated is None:
        yield table, "a stop review reads a rater's score: say in [rated] which, or leave it out"
    yield from at_least(table, rule, 1, "after_session", "running", "improvement_percent", "hours_min")
    yield from rising(table, rule, "running", "after_session")
    yield from rising(table, rule, "hours_min", "hours_max")


def _outcome(table: Path, rule: OutcomeRule, instrument: Instrument | None) -> Iterator[Finding]:
    if (rule.response_percent is None) == (rule.response_points is None):
        yield table, "a response is a drop in percent or in points: give one of response_percent and response_points"
    yield from rising(table, rule, "partial_percent", "response_percent", "substantial_percent", low=1, high=100)
    yield from rising(table, rule, "response_points", low=1)
    if instrument is None:
        return
    if instrument.rater and table == ("outcome",):
        yield (*table, "instrument"), f"{instrument.id} is rated by staff: the primary measure is a self-report"
    yield from rising(table, rule, "remission_at_most", low=instrument.total_min, high=instrument.total_max - 1)


def _measuring(rule: MeasureRules) -> Iterator[Finding]:
    yield from at_least(("measuring",), rule, 1, "baseline_days_max")
    table = ("measuring", "cadence")
    if not rule.cadence or rule.cadence[-1].until_week is not None:
        last = (*table, len(rule.cadence) - 1, "until_week")
        yield last, "the last step of the cadence goes without until_week: it holds from then on"
    week = 0
    for number, step in enumerate(rule.cadence):
        yield from at_least((*table, number), step, 1, "every_days")
        if step.until_week is not None and step.until_week <= week:
            yield (*table, number, "until_week"), f"the cadence rises: the step before it holds until week {week}"
        if step.until_week is None and number < len(rule.cadence) - 1:
            yield (*table, number), "only the last step of the cadence goes without until_week"
        week = step.until_week or week


def _secondary(protocol: Protocol) -> Iterator[Finding]:
    if protocol.outcome.instrument in protocol.measuring.secondary:
        yield ("measuring", "secondary"), f"{protocol.outcome.instrument} is primary: a secondary one stands beside it"


def _maintenance(rule: Maintenance) -> Iterator[Finding]:
    table = ("maintenance",)
    yield from rising(table, rule, "interval_days_min", "interval_days", "interval_days_max", low=1)
    for number, wait in enumerate(rule.lead_in_days):
        if not 1 <= wait < rule.interval_days_min:
            yield (*table, "lead_in_days", number), f"a lead-in interval is 1 to {rule.interval_days_min - 1} days"
    yield from at_least(
        table, rule, 1, "early_gap_days_min", "early_most_in_28_days", "lapse_days", "sessions_per_booster"
    )
    yield from at_least(table, rule, 0, "book_days_before")


def _signs(table: Path, limits: VitalLimits) -> Iterator[Finding]:
    for sign, (low, high) in POSSIBLE.items():
        ends = [name for name in (f"{sign}_min", f"{sign}_max") if name in VitalLimits.model_fields]
        yield from rising(table, limits, *ends, low=low, high=high)


def _session(protocol: Protocol) -> Iterator[Finding]:
    table, rule = ("session",), protocol.session
    yield from rising(table, rule, "systolic_sign", "systolic_refuse", low=1)
    yield from rising(table, rule, "diastolic_sign", "diastolic_refuse", low=1)
    yield from at_least(table, rule, 1, "recheck_minutes", "readings_minutes", "weight_change_percent")
    hours = ("fasting_solids_hours", "fasting_fluids_hours")
    yield from at_least(
        table, rule, 0, "leave_minutes", "leave_systolic_over", "leave_diastolic_over", "over_order_percent", *hours
    )


def _gates(protocol: Protocol) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, gate in enumerate(protocol.gates):
        path = ("gates", number)
        if gate.id in seen:
            yield (*path, "id"), f'the gate "{gate.id}" stands twice: keep one'
        seen.add(gate.id)
        for where, sentence in _gate(gate, protocol.induction.sessions_max):
            yield (*path, *where), sentence


def _gate(gate: Gate, sessions_max: int) -> Iterator[Finding]:
    yield from identified((), gate.id)
    yield from spoken((), gate, "text")
    yield from rising((), gate, "expires_days", low=1)
    if not gate.by:
        yield ("by",), f'the gate "{gate.id}" needs a role that may answer it'
    before = list(gate.before_sessions)
    if before != sorted(set(before)) or not all(1 <= session <= sessions_max for session in before):
        yield ("before_sessions",), f"before_sessions rises and stays within 1 to {sessions_max}"
    if gate.optional and gate.kind is GateKind.ABSOLUTE:
        yield ("optional",), f'"{gate.id}" is an absolute exclusion, which is never optional'
    if gate.or_why_not and (gate.optional or gate.kind is not GateKind.LAB):
        yield ("or_why_not",), f'"{gate.id}" is done or it is said why not: that is a laboratory gate, never optional'
    yield from _panel(gate)
    if not gate.channel:
        return
    if gate.channel not in _CHANNELS or gate.kind is not GateKind.CONSENT:
        yield ("channel",), f"a channel belongs to a consent and is one of {listed(_CHANNELS)}"
    if not gate.optional:
        yield (), f'"{gate.id}" is never a condition of treatment: add optional = true'


def _panel(gate: Gate) -> Iterator[Finding]:
    """What a laboratory gate measures."""
    if gate.limits is not None:
        yield from rising(("limits",), gate.limits, "hold_times_upper", low=1)
        yield from rising(("limits",), gate.limits, "alert_times_first", low=1)
        if gate.kind is not GateKind.LAB:
            yield ("limits",), f'"{gate.id}" is not a laboratory gate: leave its limits out'
    for number, analyte in enumerate(gate.analytes):
        yield from spoken(("analytes", number), analyte, "name", "unit")
        yield from rising(("analytes", number), analyte, "hold_times_upper", low=1)
        if [one.name for one in gate.analytes].count(analyte.name) > 1:
            yield ("analytes", number), f'"{analyte.name}" stands twice: keep one'
    if gate.analytes and gate.limits is None:
        yield ("analytes",), f'the values of "{gate.id}" are judged by limits: add [gates.limits]'


def _long_term(protocol: Protocol) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, rule in enumerate(protocol.long_term):
        path = ("long_term", number)
        yield from identified(path, rule.id)
        yield from spoken(path, rule, "text", "source")
        yield from at_least(path, rule, 1, "every_days")
        if rule.id in seen:
            yield (*path, "id"), f'"{rule.id}" is asked twice: keep one'
        seen.add(rule.id)
