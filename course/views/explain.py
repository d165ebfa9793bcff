"""Why a course stands as it does: for each thing, its rule in words, the values that it read, and who may override."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from course.actions import PERMISSIONS
from course.agenda import booster_booking
from course.agenda.worklist import Need, needs
from course.handlers.care import PRESCRIBER_AFTER_DAYS
from course.library.toml_lines import lines_of
from course.model.base import days
from course.model.occasions import RULES
from course.model.parts import Hold, Score
from course.model.protocol.protocol import Protocol
from course.model.record import CourseRecord
from course.model.terms import Action, NeedKind, OccasionKind, OccasionState, Outcome, Role
from course.phases import dosed_in_series
from course.rules import maintenance
from course.rules.gates import gate_problems
from course.rules.holds import GRAVE, REVIEW_DAYS
from course.scores import outcome_rule
from course.scores.outcome_rule import RELAPSE_DAYS_APART, RelapseState
from course.views.rules_in_words import GATES, MESSAGES, NEEDS, NOT_SENT, SET, TASKS, RuleText

Tags = Mapping[str, str]
"""Where each value of a protocol comes from, by its key path: `maintenance.interval_days` is `[brief] monthly`."""


@dataclass(frozen=True)
class Reason:
    """One thing that a course shows, and why; `source` is a tag, a citation, or empty where none is known."""

    topic: str
    subject: str
    says: str
    rule: str
    inputs: Mapping[str, str]
    source: str
    may: tuple[str, ...]


def tags_of(text: str) -> dict[str, str]:
    """The comment behind each value of a protocol file: its source tag."""
    lines = text.splitlines()
    found = {}
    for path, number in lines_of(text).items():
        value, hash_, comment = lines[number - 1].rpartition(" # ")
        if hash_ and len(path) == 2 and value.count('"') % 2 == 0:  # noqa: PLR2004  table and field
            found[".".join(str(part) for part in path)] = comment.strip()
    return found


def explain(record: CourseRecord, now: datetime, tags: Tags) -> tuple[Reason, ...]:
    """Everything that stands now, what presses first; then what was sent and what was not."""
    return (
        *_hold(record, now),
        *(_need(record, need, now, tags) for need in needs(record, now)),
        *_gates(record, now),
        *_outcome(record, tags),
        *_relapse(record, now, tags),
        *_booster(record, tags),
        *_messages(record, tags),
    )


def explain_entry(
    record: CourseRecord, number: int, asked: Mapping[str, Any], changed: Mapping[str, str], refused: tuple[str, ...]
) -> Reason | None:
    """One entry of the page: what was asked, what it changed, who may do it; None where the record has it no more.

    `asked` and `changed` come out of the history, `refused` out of the access log: a refusal leaves no history.
    """
    entry = next((one for one in record.entries if one.number == number), None)
    if entry is None:
        return None
    inputs = {"when": entry.at, "by": f"{entry.by} ({entry.role})", "why": entry.reason, **asked, **changed}
    inputs["refused before"] = "; ".join(refused)
    if entry.action is None or entry.action not in PERMISSIONS:
        rule = "the course wrote this by itself, or at enrolment"
        return Reason("entry", str(number), entry.text, rule, _inputs(record, **inputs), "", ())
    who = PERMISSIONS[entry.action]
    phases, statuses = (", ".join(sorted(words)) for words in (who.phases, who.statuses or ()))
    session = f"; the session is {statuses}".replace("_", " ") if statuses else ""
    rule = f"{entry.action.replace('_', '-')} belongs to {phases}{session}; [in brackets] stand its warnings"
    source = "the action table, course/actions.py"
    return Reason("entry", str(number), entry.text, rule, _inputs(record, **inputs), source, (may(entry.action),))


def may(action: Action, *, only: Iterable[Role] = ()) -> str:
    """Who may do this by the action table, or the fewer that a rule allows."""
    who = PERMISSIONS[action]
    roles = ", ".join(sorted(only or who.roles))
    held = {None: "", True: ", while held", False: ", not while held"}[who.held]
    return f"{action.replace('_', '-')}: {roles}{held}{', with a reason' if who.reason else ''}"


def _hold(record: CourseRecord, now: datetime) -> Iterator[Reason]:
    held = record.held
    if held is None:
        return
    yield Reason(
        "hold",
        "hold",
        f"held: {held.cause}",
        f"a hold stops dosing and reminders until it is released; it is reviewed within {REVIEW_DAYS} days, again and "
        f"again; for a grave cause or after {PRESCRIBER_AFTER_DAYS} days a prescriber releases it",
        _inputs(record, cause=held.cause, since=held.since, review=held.review_at, owner=held.owner, why=held.reason),
        SET,
        _may_end(held, now),
    )


def _may_end(held: Hold, now: datetime) -> tuple[str, ...]:
    """Who may release or review a hold."""
    if held.cause in GRAVE or now - held.since > days(PRESCRIBER_AFTER_DAYS):
        only = may(Action.RELEASE, only=(Role.PRESCRIBER,))
        return f"{only}, the absolute exclusions asked again first", may(Action.REVIEW)
    return may(Action.RELEASE), may(Action.REVIEW)


def _need(record: CourseRecord, need: Need, now: datetime, tags: Tags) -> Reason:
    inputs: dict[str, Any] = {"opened": need.opens, "due": need.due, "for": need.role}
    if need.kind is NeedKind.TASK:
        task = next(one for one in record.tasks if one.id == need.subject)
        only = (Role.PRESCRIBER,) if task.role is Role.PRESCRIBER else ()
        inputs |= {"task": task.kind, "about": task.session}
        done = (may(Action.RESOLVE, only=only),)
        return Reason("task", task.id, need.text, TASKS[task.kind], _inputs(record, **inputs), SET, done)
    words = NEEDS[need.kind]
    who = tuple(may(action) for action in words.mend if record.phase in PERMISSIONS[action].phases)
    if need.kind is NeedKind.ESCALATION:
        who += (may(Action.RESOLVE, only=(Role.PRESCRIBER,)) + ", with a disposition",)
    if need.kind is NeedKind.HOLD_REVIEW and record.held is not None:
        who = _may_end(record.held, now)
    inputs |= values_of(record.protocol, words.keys)
    source = _source(tags, words)
    return Reason("need", need.subject, need.text, words.rule, _inputs(record, **inputs), source, who)


def _gates(record: CourseRecord, now: datetime) -> Iterator[Reason]:
    for problem in () if record.closed else gate_problems(record, now, 1 + dosed_in_series(record)):
        gate, state = record.protocol.gate(problem.gate), record.gates.get(problem.gate)
        if gate is None:
            continue
        inputs: dict[str, Any] = {"answer": state.answer if state is not None else "none"}
        if state is not None:
            inputs |= {"true since": state.since, "expires": state.expires, "by": state.by, "why": state.reason}
        rule = f"{GATES[gate.kind]} ({gate.text})"
        who = (may(Action.GATE, only=problem.by),)
        yield Reason("gate", gate.id, problem.sentence, rule, _inputs(record, **inputs), gate.source, who)


def _outcome(record: CourseRecord, tags: Tags) -> Iterator[Reason]:
    reading, start = outcome_rule.latest(record), outcome_rule.baseline(record)
    if reading is None:
        return
    rule = record.protocol.outcome
    parts = (
        (rule.remission_at_most, f"{rule.remission_called or Outcome.REMISSION}: {rule.remission_at_most} or less"),
        (rule.substantial_percent, f"substantial: down {rule.substantial_percent} %"),
        (rule.response_percent, f"response: down {rule.response_percent} %"),
        (rule.response_points, f"response: down {rule.response_points} points"),
        (rule.partial_percent, f"partial: down {rule.partial_percent} %"),
    )
    text = "; ".join(words for value, words in parts if value is not None)
    inputs = _inputs(record, baseline=_scored(record, start), last=_scored(record, record.primary_scores[-1]))
    keys = tuple(f"outcome.{name}" for name in ("remission_at_most", "response_percent", "partial_percent"))
    source = _source(tags, RuleText("", keys=keys, tag=rule.source))
    who = (may(Action.CORRECT), may(Action.VOID))
    whole = f"{rule.instrument} against the last score before the first infusion; {text}"
    yield Reason("outcome", rule.instrument, reading.sentence, whole, inputs, source, who)


def _relapse(record: CourseRecord, now: datetime, tags: Tags) -> Iterator[Reason]:
    found = outcome_rule.relapse(record)
    if found.state is RelapseState.NONE:
        return
    scores = {score.at: score for score in record.primary_scores}
    inputs = _inputs(
        record,
        baseline=_scored(record, outcome_rule.baseline(record)),
        first=_scored(record, scores.get(found.first_bad_at or now)),
        second=_scored(record, scores.get(found.second_bad_at or now)),
        **{"early booster now": maintenance.why_no_early_booster(record, now) or "nothing against it"},
        **values_of(record.protocol, ("maintenance.early_gap_days_min", "maintenance.early_most_in_28_days")),
    )
    rule = (
        f"after a response, two readings at least {RELAPSE_DAYS_APART} days apart that do not meet the response "
        "criterion confirm a relapse; the first asks again within 48 hours; a dose or an evaluation starts afresh"
    )
    keys = ("outcome.response_percent", "maintenance.early_gap_days_min", "maintenance.early_most_in_28_days")
    early = f"{may(Action.BOOSTER, only=(Role.PRESCRIBER,))}, early, with a reason"
    who = (early, may(Action.EVALUATE), may(Action.CORRECT))
    source = _source(tags, RuleText("", keys=keys, tag=f"two days apart {SET}"))
    yield Reason("relapse", record.protocol.outcome.instrument, f"relapse {found.state}", rule, inputs, source, who)


def _booster(record: CourseRecord, tags: Tags) -> Iterator[Reason]:
    window = booster_booking.next_window(record)
    if window is None:
        return
    names = ("interval_days_min", "interval_days_max", "book_days_before")
    keys = tuple(f"maintenance.{name}" for name in ("interval_days", *names))
    inputs = _inputs(
        record,
        **{"last infusion": record.last_infusion_at, "interval in days": booster_booking.booster_interval_days(record)},
        opens=window[0],
        closes=window[1],
        **{"book from": booster_booking.book_from(record)},
        **values_of(record.protocol, keys[1:]),
    )
    zone = record.zone
    says = f"window {zone.local(window[0]):%d %b %Y} to {zone.local(window[1]):%d %b %Y}"
    rule = "the next booster's window opens one interval after the last infusion; a prescriber may change the interval"
    who = (may(Action.BOOSTER), may(Action.INTERVAL))
    subject = f"b{booster_booking.booster_number(record)}"
    yield Reason("booster", subject, says, rule, inputs, _source(tags, RuleText("", keys=keys, tag="")), who)


def _messages(record: CourseRecord, tags: Tags) -> Iterator[Reason]:
    for name, mark in sorted(record.occasions.items(), key=lambda pair: pair[1].at):
        kind = OccasionKind(name.split("/")[1])
        if kind not in MESSAGES:
            continue
        words, rule = MESSAGES[kind], RULES[kind]
        inputs = _inputs(
            record,
            at=mark.at,
            **{"the visit of": mark.about, "put off to": mark.until, "stale after": rule.stale_after},
            channel=mark.channel,
            to=mark.to,
            **values_of(record.protocol, words.keys),
        )
        sent = mark.state is OccasionState.SENT
        said, mend = words.rule, words.mend
        if not sent:
            why = next((NOT_SENT[start] for start in NOT_SENT if mark.reason.startswith(start)), ("", ()))
            said, mend = f"{said}; {why[0]}" if why[0] else said, why[1]
        state = mark.state.replace("_", " ")
        says = f"{kind.replace('_', ' ')}: {state}{f', {mark.reason}' if mark.reason else ''}"
        who = tuple(may(action) for action in mend if record.phase in PERMISSIONS[action].phases)
        yield Reason("sent" if sent else "not sent", name, says, said, inputs, _source(tags, words), who)


def _scored(record: CourseRecord, score: Score | None) -> str:
    if score is None:
        return ""
    return f"{score.id}: {score.said} on {record.zone.local(score.at):%d %b %Y}"


def values_of(protocol: Protocol, keys: tuple[str, ...]) -> dict[str, Any]:
    """A protocol's values at these key paths."""
    tables = {key: key.partition(".")[::2] for key in keys}
    plain = {key: getattr(getattr(protocol, table), name) for key, (table, name) in tables.items()}
    cadence = ", ".join(
        f"every {one.every_days} days" + (f" to week {one.until_week}" if one.until_week is not None else "")
        for one in protocol.measuring.cadence
    )
    return {key: cadence if key == "measuring.cadence" else value for key, value in plain.items()}


def _source(tags: Tags, words: RuleText) -> str:
    found = [f"{key} {tags[key]}" for key in words.keys if key in tags]
    return "; ".join(one for one in (words.tag, *found) if one)


def _inputs(record: CourseRecord, **fields: Any) -> dict[str, str]:
    return {name: _plain(record, value) for name, value in fields.items() if value not in {None, ""}}


def _plain(record: CourseRecord, value: Any) -> str:
    if isinstance(value, datetime):
        return f"{record.zone.local(value):%a %d %b %Y %H:%M} {record.zone.abbreviation(value)}".rstrip()
    return str(value)
