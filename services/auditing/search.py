"""Search of the log, and of the acts inside archived histories."""

from dataclasses import dataclass
from datetime import datetime

from adapters.store.log.tables import LOGGED
from adapters.temporal.updates import run_of
from audit.histories import histories_of
from audit.looking.searching import Hit, Progress, Searcher, Wanted
from course.model.terms import Action
from services.auditing.entrance import let_in, named, period, unreviewed_since
from services.errors import InputError
from services.session import StaffSession

KINDS = tuple(
    sorted([*(table.name for table in LOGGED), "protocol", "instrument", "proof", "export", "review", "notary_key"])
)
ACT, LOOK = "act", "audit search"


@dataclass(frozen=True)
class SearchRequest:
    """What is looked for, as typed; `patient` is a patient's number."""

    person: str = ""
    act: str = ""
    since: str = ""
    until: str = ""
    course: str = ""
    patient: str = ""
    site: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Searched:
    """What was found, oldest first, out of how many entries."""

    hits: tuple[Hit, ...]
    size: int
    unreviewed_since: datetime | None


async def search(at: StaffSession, asked: SearchRequest, progress: Progress) -> Searched:
    """Find entries, and acts where one is named or the kind is `act`; raises ServiceError or CourseError."""
    course = await named(at, LOOK, at.course(asked.course)) if asked.course else ""
    await let_in(at, LOOK, course)
    wanted = await _wanted(at, asked, course)
    rows = {row.course_id: row for row in await at.app.store.directory.courses()}
    searcher, hits = Searcher(wanted, rows), []
    runs: dict[str, int] = {}
    size = 0
    async for line in at.app.store.log.lines():
        size += 1
        progress(f"{size} entries read")
        if line.kind == "archive":
            runs[line.subject] = line.leaf_index
        if asked.kind != ACT and not asked.act and (hit := searcher.entry(line)) is not None:
            hits.append(hit)
    if asked.kind == ACT or asked.act:
        chosen = [one for one in rows if wanted.courses is None or one in wanted.courses]
        for number, course_id in enumerate(chosen, start=1):
            progress(f"course {number} of {len(chosen)} read")
            for history in await histories_of(at.app, course_id):
                index = runs.get(f"{course_id}/{run_of(history)}")
                hits += await searcher.acts(history, at.app.ring, index)
    return Searched(tuple(sorted(hits, key=lambda hit: hit.at)), size, await unreviewed_since(at))


async def _wanted(at: StaffSession, asked: SearchRequest, course: str) -> Wanted:
    """What was typed, checked; raises InputError."""
    if asked.kind not in {"", ACT, *KINDS}:
        raise InputError(f"there is no kind {asked.kind}: {', '.join((ACT, *KINDS))}")
    if asked.act and asked.act not in set(Action):
        raise InputError(f"there is no act {asked.act}: {', '.join(sorted(Action))}")
    if asked.act and asked.kind not in {"", ACT}:
        raise InputError("--act looks for acts, --kind for entries: give one of them")
    if asked.person and await at.app.store.staff.account(asked.person) is None:
        raise InputError(f"there is no account {asked.person}: `starter.py staff list` shows them")
    begins, ends = period(at, asked.since, asked.until)
    courses = frozenset({course}) if course else None
    if asked.patient:
        theirs = await courses_of(at, asked.patient)
        courses = theirs if courses is None else courses & theirs
    site = at.site(asked.site) if asked.site else ""
    return Wanted(asked.person, asked.act, begins, ends, courses, site, "" if asked.kind == ACT else asked.kind)


async def courses_of(at: StaffSession, patient: str) -> frozenset[str]:
    """The courses of a patient by number; raises InputError."""
    if await at.app.store.directory.patient(patient) is None:
        raise InputError("there is no patient of this number: `starter.py list --json` has each course's patient")
    return frozenset(row.course_id for row in await at.app.store.directory.courses(patient_id=patient))
