"""Finds entries of the log, and acts inside histories, by whom and what they concern."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from temporalio.client import WorkflowHistory

from adapters.keyring import KeyRing
from adapters.store.log.book import Line
from adapters.store.log.entries import Entry, EntryError
from adapters.store.people.directory import CourseRow
from adapters.temporal.updates import acts_in, run_of
from adapters.tlog.canonical import Json
from course.acts.base import BaseAct

PEOPLE = frozenset({"account_id", "owner", "resolved_by", "revoked_by", "witness", "to_account"})
"""Fields that name an account."""

PLACED = frozenset({"course_id", "patient_id", "site", "kind"})
"""Fields that stand in columns of their own."""

HASH_DIGITS, SHOWN_DIGITS = 64, 12
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Wanted:
    """What is looked for; what is empty is not asked. A period leaves its end out."""

    person: str = ""
    act: str = ""
    since: datetime | None = None
    until: datetime | None = None
    courses: frozenset[str] | None = None
    site: str = ""
    kind: str = ""

    def holds(self, at: datetime) -> bool:
        """Whether an instant is in the period."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


@dataclass(frozen=True)
class Hit:
    """An entry by its index, or an act by its run and event; patients by number alone."""

    at: datetime
    kind: str
    subject: str
    people: tuple[str, ...]
    course: str
    patient: str
    site: str
    what: str
    index: int | None = None
    run: str = ""
    event: int = 0


@dataclass
class Searcher:
    """Knows whose course is whose, and at which site."""

    wanted: Wanted
    courses: Mapping[str, CourseRow] = field(default_factory=dict)

    def entry(self, line: Line) -> Hit | None:
        """The line as a hit, or None; one that cannot be read is a hit of whatever is asked."""
        try:
            entry = Entry.parse(line.entry)
        except EntryError as why:
            nobody = (line.kind, line.subject, (), "", "", "")
            return Hit(datetime.now(UTC), *nobody, f"unreadable: {why}", line.leaf_index)
        if not self.wanted.holds(entry.recorded_at) or self.wanted.act not in {"", entry.kind}:
            return None
        if self.wanted.kind not in {"", entry.kind}:
            return None
        says = entry.says or {}
        course = _course(entry, says)
        row = self.courses.get(course)
        site = str(says.get("site") or (row.site if row else ""))
        people = tuple(dict.fromkeys(str(says[name]) for name in sorted(PEOPLE & set(says)) if says[name]))
        if entry.kind == "staff":
            people = (entry.subject, *people)
        if not self._mine(people, course, site):
            return None
        what = "removed" if entry.says is None else _summary(says)
        patient = str(says.get("patient_id") or (row.patient_id if row else ""))
        return Hit(entry.recorded_at, entry.kind, entry.subject, people, course, patient, site, what, line.leaf_index)

    async def acts(self, history: WorkflowHistory, ring: KeyRing, index: int | None) -> list[Hit]:
        """The acts of one run; `index` is where the log has the archived run."""
        at = {event.event_id: event.event_time.ToDatetime(tzinfo=UTC) for event in history.events}
        course, run = history.workflow_id, run_of(history)
        row = self.courses.get(course)
        patient, site = (row.patient_id, row.site) if row else ("", "")
        found = []
        for event, envelope in (await acts_in(history, ring)).items():
            if not self.wanted.holds(at[event]):
                continue
            act: BaseAct | None = envelope.act if envelope is not None else None
            name = str(act.action) if act is not None else "an act that cannot be read"
            people = _signers(act)
            if self.wanted.act not in {"", name} or not self._mine(people, course, site):
                continue
            hit = Hit(at[event], "act", f"{course}/{run}", people, course, patient, site, name, index, run, event)
            found.append(hit)
        return found

    def _mine(self, people: Sequence[str], course: str, site: str) -> bool:
        wanted = self.wanted
        return (
            (not wanted.person or wanted.person in people)
            and (wanted.courses is None or course in wanted.courses)
            and (not wanted.site or wanted.site == site)
        )


def _signers(act: BaseAct | None) -> tuple[str, ...]:
    if act is None:
        return ()
    second = getattr(act, "second", None)
    return (act.actor.account_id, *((second.account_id,) if second is not None else ()))


def _course(entry: Entry, says: Mapping[str, Json]) -> str:
    """The course that an entry is about; a removed row still has it in its key."""
    if says:
        return str(says.get("course_id") or says.get("course") or "")
    first = entry.subject.split("/")[0]
    return first if first.startswith("c-") else ""


def _summary(says: Mapping[str, Json]) -> str:
    """What an entry says, unsealed fields alone, a hash by its first digits."""
    shown = {name: value for name, value in sorted(says.items()) if value not in (None, "") and name not in PLACED}
    return ", ".join(f"{name} {_short(value)}" for name, value in shown.items() if name not in PEOPLE)


def _short(value: Json) -> str:
    text = str(value)
    return text[:SHOWN_DIGITS] if len(text) == HASH_DIGITS and text.isalnum() else text
