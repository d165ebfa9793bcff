"""Nobody disappears: every open course with what is next, and what is wrong, out of evidence that is not its own.

Lists, the server and the ledgers say what they show; no agenda is computed again here, and a course is asked only for
its visits ahead and its doses, which are held against the chairs that are reserved and the drug that was drawn.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum

from course.model.base import Carried, Instant, days, minutes
from course.model.terms import NeedKind, OccasionState, Phase
from course.rules.safety import ACKNOWLEDGE_MINUTES
from course.views.cover import NOBODY
from course.views.drug_owed import DrugDifference
from course.views.evidence import DirectoryCourse, ProofEvidence, RunningCourse

QUIET_DAYS = 35
"""An open course with no visit and no need shows another sign of life at least this often. [set]"""

OVERDUE_DAYS = 1
LATE_MINUTES = 15
COMPLETED = "completed"


class ProofFault(StrEnum):
    """What can be wrong with a course, or with a site."""

    NOT_RUNNING = "not running"
    UNKNOWN = "not in the directory"
    FOREIGN = "foreign"
    NOT_TAKEN_UP = "not taken up"
    FAILING = "failing"
    UNSERVED = "no worker of its build"
    DOES_NOT_REPLAY = "does not replay"
    NOT_PROVEN = "not proven"
    ACTS_GONE = "acts gone"
    ESCALATION = "escalation"
    OVERDUE = "overdue"
    SEND = "send"
    QUIET = "quiet"
    NO_SLOT = "no slot"
    DRUGS = "drugs"
    NOBODY_ON_CALL = "nobody on call"
    NO_COVER = "no cover"
    NO_OWNER = "no owner"
    LICENCE = "licence"
    SILENT = "silent"
    LOG = "log"


class NextDue(Carried):
    """An open course and the next thing that it owes anybody; `due` is empty where only amendments can come."""

    course_id: str
    site: str
    phase: Phase | None
    due: Instant | None
    what: str


class ProofException(Carried):
    """Something wrong: with which course or site, in one sentence that holds no patient data."""

    kind: ProofFault
    subject: str
    sentence: str


class Proof(Carried):
    """Every open course, soonest due first; apart from them the exceptions; what has ended in good order; drugs."""

    at: Instant
    open: tuple[NextDue, ...] = ()
    exceptions: tuple[ProofException, ...] = ()
    completed: tuple[str, ...] = ()
    drugs: tuple[DrugDifference, ...] = ()


def prove(gathered: ProofEvidence) -> Proof:
    """The report over the evidence: each running course stands in it once."""
    listed = {one.course_id: one for one in gathered.listed}
    found = [*_missing(gathered), *_sites(gathered), *_gaps(gathered), *_licences(gathered)]
    for one in gathered.seen:
        found += _of_course(gathered, one, listed.get(one.course_id))
    found += [
        *_late_sends(gathered),
        *_without_slot(gathered),
        *_silent(gathered),
        *_of_histories(gathered),
        *_drugs(gathered),
        *(ProofException(kind=ProofFault.LOG, subject="log", sentence=one) for one in gathered.log),
    ]
    ahead = (_next(gathered, one, listed.get(one.course_id)) for one in gathered.seen)
    order = list(ProofFault)
    return Proof(
        at=gathered.at,
        open=tuple(sorted(ahead, key=lambda one: (one.due is None, one.due or gathered.at, one.course_id))),
        exceptions=tuple(sorted(found, key=lambda one: (order.index(one.kind), one.subject, one.sentence))),
        completed=tuple(sorted(_completed(gathered, listed))),
        drugs=tuple(sorted(gathered.drugs, key=lambda one: (one.due, one.id))),
    )


def _completed(gathered: ProofEvidence, listed: Mapping[str, DirectoryCourse]) -> Iterator[str]:
    """What the directory still has open and has ended, for good or but for amendments."""
    yield from (course for course, how in gathered.ended.items() if how == COMPLETED)
    for one in gathered.seen:
        row = listed.get(one.course_id)
        if one.phase is Phase.CLOSED and row is not None and not row.closed:
            yield one.course_id


def _missing(gathered: ProofEvidence) -> Iterator[ProofException]:
    """Courses that the directory calls open and that do not run; one that is being enrolled is given its time."""
    running = {one.course_id for one in gathered.seen}
    for one in gathered.listed:
        how = gathered.ended.get(one.course_id, "unknown to the server")
        fresh = one.opening and gathered.at - one.opened_at <= minutes(LATE_MINUTES)
        if one.closed or one.course_id in running or how == COMPLETED or fresh:
            continue
        text = f"the directory has it open since {_shown(one.opened_at)}, and its workflow does not run ({how})"
        yield ProofException(kind=ProofFault.NOT_RUNNING, subject=one.course_id, sentence=text)


def _sites(gathered: ProofEvidence) -> Iterator[ProofException]:
    for site, people in gathered.on_call.items():
        if not people:
            text = "nobody is on call: name somebody in clinic/staff.toml, then `starter.py staff load`"
            yield ProofException(kind=ProofFault.NOBODY_ON_CALL, subject=site, sentence=text)


def _gaps(gathered: ProofEvidence) -> Iterator[ProofException]:
    """Where soon nobody, or no prescriber, is there to be told; a site that has nobody now is named already."""
    for gap in gathered.gaps:
        if gap.begins <= gathered.at and gap.what == NOBODY:
            continue
        until = f"to {_shown(gap.ends)}" if gap.ends is not None else "on"
        text = f"{gap.what} from {_shown(gap.begins)} {until}: give somebody a turn then (`oncall turn`)"
        yield ProofException(kind=ProofFault.NO_COVER, subject=gap.site, sentence=text)


def _licences(gathered: ProofEvidence) -> Iterator[ProofException]:
    for account, why in gathered.licences.items():
        text = f"{why}: write the new one into clinic/staff.toml and `staff load`, or `staff disable {account}`"
        yield ProofException(kind=ProofFault.LICENCE, subject=account, sentence=text)


def _of_course(gathered: ProofEvidence, one: RunningCourse, listed: DirectoryCourse | None) -> Iterator[ProofException]:
    found = (*_standing(gathered, one, listed), *_state(gathered, one, listed))
    return (ProofException(kind=kind, subject=one.course_id, sentence=sentence) for kind, sentence in found)


def _standing(
    gathered: ProofEvidence, one: RunningCourse, listed: DirectoryCourse | None
) -> Iterator[tuple[ProofFault, str]]:
    """Whether the course stands in the directory as it runs, with somebody who answers for it."""
    if listed is None:
        yield ProofFault.UNKNOWN, "its workflow runs, and the directory does not know it: nobody here enrolled it"
    elif listed.closed and one.phase is not Phase.CLOSED:
        yield ProofFault.UNKNOWN, f"the directory calls it closed, and it is in {one.phase or 'no phase'}"
    if one.phase is None and gathered.at - one.began_at > minutes(LATE_MINUTES):
        yield ProofFault.NOT_TAKEN_UP, f"it was started at {_shown(one.began_at)} and no worker has taken it up"
    if one.outside:
        yield ProofFault.FOREIGN, f"another program wrote its {', '.join(one.outside)}: see who else reaches the server"
    if one.owner in gathered.disabled and one.phase is not Phase.CLOSED:
        yield ProofFault.NO_OWNER, f"the account {one.owner} answers for it and is out of service: `reassign` it"


def _state(
    gathered: ProofEvidence, one: RunningCourse, listed: DirectoryCourse | None
) -> Iterator[tuple[ProofFault, str]]:
    """What is late or fails on the course."""
    if stands_still(gathered, one):
        yield ProofFault.UNSERVED, f"it needs build {one.build}, which no worker serves: run a worker of it, or move it"
    if one.problems:
        yield ProofFault.FAILING, f"its workflow task keeps failing ({', '.join(one.problems)})"
    if unacknowledged(gathered, one):
        steps = len(gathered.told.get(one.course_id, ()))
        text = f"told {steps} times" if steps else "told to nobody"
        yield ProofFault.ESCALATION, f"its open escalation is past its clock, not acknowledged, {text}"
    if one.need_due is not None and gathered.at - one.need_due > days(OVERDUE_DAYS):
        waits = ", ".join(need.replace("_", " ") for need in one.needs)
        late = (gathered.at - one.need_due).days
        yield ProofFault.OVERDUE, f"needs {waits}: due {_shown(one.need_due)}, {late} d ago"
    elif one.next_session is not None and gathered.at - one.next_session > days(OVERDUE_DAYS):
        yield ProofFault.OVERDUE, f"the visit of {_shown(one.next_session)} has passed, and nobody is asked about it"
    if _is_bare(one) and gathered.at - _heard(gathered, one, listed) > days(QUIET_DAYS):
        since = _shown(_heard(gathered, one, listed))
        yield ProofFault.QUIET, f"no visit, no need, and no message or look at it since {since}"


def unacknowledged(gathered: ProofEvidence, one: RunningCourse) -> bool:
    """Whether an open escalation has run past its clock with nobody's name on it.

    While it has a name its need is due a day later, so nothing is overdue; where another need is, only an
    acknowledgement on record after the last telling counts.
    """
    if NeedKind.ESCALATION not in one.needs or one.need_due is None or one.need_due >= gathered.at:
        return False
    told, owned = gathered.told.get(one.course_id, ()), gathered.owned.get(one.course_id)
    since = [at for at in told if owned is None or at > owned]
    if told and not since:
        return False
    return not since or gathered.at - min(since) > minutes(ACKNOWLEDGE_MINUTES)


def _late_sends(gathered: ProofEvidence) -> Iterator[ProofException]:
    for one in gathered.unsettled:
        if gathered.at - one.as_of > minutes(LATE_MINUTES):
            how = "is still in flight" if one.state is OccasionState.IN_FLIGHT else "has not been accepted yet"
            text = f"message {one.occasion}, due {_shown(one.as_of)}, {how}"
            yield ProofException(kind=ProofFault.SEND, subject=one.course_id, sentence=text)


def _without_slot(gathered: ProofEvidence) -> Iterator[ProofException]:
    for course_id, visits in gathered.without_slot.items():
        for visit in visits:
            text = f"no chair is free for its visit of {_shown(visit)}: move it with `defer`"
            yield ProofException(kind=ProofFault.NO_SLOT, subject=course_id, sentence=text)


def _silent(gathered: ProofEvidence) -> Iterator[ProofException]:
    still = {one.course_id for one in gathered.seen if stands_still(gathered, one)}
    for course_id in sorted(gathered.silent - still):
        text = "no worker answers for it: start one of its build (`starter.py wake` says who is behind)"
        yield ProofException(kind=ProofFault.SILENT, subject=course_id, sentence=text)


def _of_histories(gathered: ProofEvidence) -> Iterator[ProofException]:
    for course_id in gathered.wedged:
        text = f"its history does not replay, and it stands still: `starter.py rescue {course_id} --reason ...`"
        yield ProofException(kind=ProofFault.DOES_NOT_REPLAY, subject=course_id, sentence=text)
    for course_id, count in gathered.unproven.items():
        text = f"no sign-in stands behind {count} of its acts: `starter.py timeline {course_id}` says which"
        yield ProofException(kind=ProofFault.NOT_PROVEN, subject=course_id, sentence=text)
    for course_id, count in gathered.lost.items():
        text = f"a reset undid {count} of its acts: `starter.py rescue {course_id} --reason ...` takes them again"
        yield ProofException(kind=ProofFault.ACTS_GONE, subject=course_id, sentence=text)


def stands_still(gathered: ProofEvidence, one: RunningCourse) -> bool:
    """Whether no worker serves the build that the course is pinned to."""
    return gathered.served is not None and bool(one.build) and one.build not in gathered.served


def _drugs(gathered: ProofEvidence) -> Iterator[ProofException]:
    value = ((one.subject, one.wrong(gathered.at)) for one in gathered.drugs)
    return (ProofException(kind=ProofFault.DRUGS, subject=subject, sentence=wrong) for subject, wrong in value if wrong)


def _is_bare(one: RunningCourse) -> bool:
    """Whether lists show neither a visit nor a need of a course that goes on."""
    return one.phase is not Phase.CLOSED and one.next_session is None and one.need_due is None and not one.needs


def _heard(gathered: ProofEvidence, one: RunningCourse, listed: DirectoryCourse | None) -> datetime:
    """The last sign of life: a message that was due, a look by somebody, or the enrolment."""
    return gathered.heard.get(one.course_id) or (listed.opened_at if listed is not None else one.began_at)


def _next(gathered: ProofEvidence, one: RunningCourse, listed: DirectoryCourse | None) -> NextDue:
    due: datetime | None
    if one.need_due is not None and (one.next_session is None or one.need_due <= one.next_session):
        due, what = one.need_due, ", ".join(need.replace("_", " ") for need in one.needs)
    elif one.next_session is not None:
        due, what = one.next_session, "visit"
    elif one.phase is Phase.CLOSED:
        due, what = None, "closed, can be amended"
    else:
        due, what = _heard(gathered, one, listed) + days(QUIET_DAYS), "a message, a need or a visit by then"
    return NextDue(course_id=one.course_id, site=one.site, phase=one.phase, due=due, what=what)


def _shown(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
