"""Beside the infusions: therapies and attendance, medicines and their review, long-term checks, requests."""

from datetime import datetime

from course.acts.followup import (
    AskBooster,
    ChangeMedicine,
    KeepTherapy,
    RecordAttendance,
    RecordCheck,
    ReviewMedicine,
)
from course.handlers.change import Change, Refused, refuse_if, shown
from course.model.base import days
from course.model.calendar import days_from
from course.model.journal import open_task
from course.model.protocol.adjunct import INTEGRATION, NO_MEDICINE, Baseline, Medicine, TakenMedicine, Therapy
from course.model.record import CourseRecord
from course.model.terms import Phase, Role, TaskKind
from course.rules.followup import change_of, list_after

CALL_DAYS = 2
REQUESTS_KEPT = 12
FARTHEST_DAYS = 400


def keep_therapy(record: CourseRecord, act: KeepTherapy, now: datetime) -> Change:
    """Begin a therapy, change when it is due, or end it."""
    if act.next_at is not None:
        _ahead(act.next_at, now)
    if act.therapy is None:
        return _begin_therapy(record, act, now)
    before = _therapy(record, act.therapy)
    if act.ends:
        return _with(record, before.with_(ended_at=now), f"{before.name} ended")
    refuse_if("" if act.every_days or act.next_at else "nothing to change: give --every, --next or --end")
    after = before.with_(every_days=act.every_days or before.every_days, next_at=act.next_at or before.next_at)
    return _with(record, after, f"{after.name}: every {after.every_days} days, next {shown(record, after.next_at)}")


def _begin_therapy(record: CourseRecord, act: KeepTherapy, now: datetime) -> Change:
    if not act.name or act.every_days is None or act.ends:
        raise Refused("a therapy begins with its name and how often it is: --name, --every")
    begun = Therapy(
        id=f"a{record.adjunct_count + 1}",
        name=act.name,
        every_days=act.every_days,
        next_at=act.next_at or days_from(record.zone, now, act.every_days),
    )
    changed = record.with_(therapies=(*record.therapies, begun), adjunct_count=record.adjunct_count + 1)
    text = f"{begun.name} begun ({begun.id}): every {begun.every_days} days, next {shown(record, begun.next_at)}"
    return Change(changed, text, "", begun.name)


def attend(record: CourseRecord, act: RecordAttendance, now: datetime) -> Change:
    """Count that the patient came or did not; the next date follows."""
    if act.therapy == INTEGRATION and record.protocol.integration is not None:
        return _contact(record, act)
    before = _therapy(record, act.therapy)
    if act.next_at is not None:
        _ahead(act.next_at, now)
    following = before.next_at
    while following <= now:
        following = days_from(record.zone, following, before.every_days)
    counted = {"came": before.came + 1} if act.came else {"missed": before.missed + 1}
    after = before.with_(next_at=act.next_at or following, **counted)
    came = "came" if act.came else "missed"
    return _with(record, after, f"{before.name}: {came}, next {shown(record, after.next_at)}")


def _contact(record: CourseRecord, act: RecordAttendance) -> Change:
    """Somebody spoke with the patient after an infusion, or reached nobody, and then it stays on the worklist."""
    if act.next_at is not None:
        raise Refused("a contact follows each infusion: leave --next out")
    infused = record.last_infusion_at
    if infused is None or act.happened_at <= infused:
        raise Refused("no infusion lies before this contact: write a note")
    of = f"contact after the infusion of {shown(record, infused)}"
    if not act.came:
        missed = record.with_(contacts_missed=record.contacts_missed + 1)
        return Change(missed, f"{of}: not reached")
    return Change(record.with_(contacted_at=act.happened_at, contacts=record.contacts + 1), f"{of}: spoken with")


def _therapy(record: CourseRecord, therapy_id: str) -> Therapy:
    running = [one for one in record.therapies if one.ended_at is None]
    for one in running:
        if one.id == therapy_id:
            return one
    known = ", ".join(f"{one.id} ({one.name})" for one in running) or "none"
    raise Refused(f"there is no therapy {therapy_id} that goes on: there is {known}")


def _with(record: CourseRecord, therapy: Therapy, sentence: str) -> Change:
    kept = tuple(therapy if one.id == therapy.id else one for one in record.therapies)
    return Change(record.with_(therapies=kept), sentence)


def change_medicine(record: CourseRecord, act: ChangeMedicine, now: datetime) -> Change:
    """Record what changed; what a prescriber orders has a date on which it is looked at again."""
    if act.at_intake:
        return _list_medicine(record, act)
    if not act.was and not act.now:
        raise Refused("say what it was, what it is now, or both: --was, --now")
    if act.ordered and act.actor.role is not Role.PRESCRIBER:
        raise Refused("a change of a medicine is ordered by a prescriber: record what was reported without --ordered")
    if act.ordered and act.review_at is None:
        raise Refused("an ordered change is reviewed: give the date with --review")
    if act.starts > now + days(FARTHEST_DAYS):
        raise Refused(f"that is more than {FARTHEST_DAYS} days off: give the day on which it begins")
    if not act.ordered and act.starts > now:
        raise Refused("a change that was reported has begun: an order for later is a prescriber's, with --ordered")
    if act.ordered and record.zone.local(act.starts).date() < record.zone.local(now).date():
        raise Refused("an order begins today or later: what was taken before is reported, without --ordered")
    if act.review_at is not None:
        _ahead(act.review_at, now)
    taken = Medicine(
        id=f"d{record.adjunct_count + 1}",
        name=act.name,
        was=act.was,
        now=act.now,
        starts=act.starts,
        ordered=act.ordered,
        by=act.actor.name,
        review_at=act.review_at,
    )
    changed = record.with_(
        medicines=(*record.medicines, taken),
        adjunct_count=record.adjunct_count + 1,
        taken=list_after(record.taken, act.name, act.now),
    )
    how = "ordered" if act.ordered else "reported"
    review = "" if act.review_at is None else f", review {shown(record, act.review_at)}"
    value = change_of(act.was, act.now)
    day = f"{record.zone.local(act.starts):%d %b %Y}"
    return Change(changed, f"{act.name} ({taken.id}) {value} from {day}, {how}{review}", act.was, act.now or "stopped")


def _list_medicine(record: CourseRecord, act: ChangeMedicine) -> Change:
    """What is taken as treatment begins; later changes are counted from here."""
    if record.phase is not Phase.INTAKE:
        raise Refused("the list of medicines is taken at intake: record what has changed since without --at-intake")
    if act.was or act.ordered or act.review_at is not None:
        raise Refused("at intake say what is taken now, with --now: nothing was changed or ordered yet")
    listed = record.with_(medicines_listed_at=act.happened_at)
    if act.name.casefold() == NO_MEDICINE:
        if record.taken:
            raise Refused(f"{len(record.taken)} medicines are listed: correct those instead")
        return Change(listed, "no medicines at intake")
    if not act.now:
        raise Refused("say how much is taken, with its unit: --now")
    others = tuple(one for one in record.taken if one.name.casefold() != act.name.casefold())
    one = TakenMedicine(name=act.name, at_intake=act.now, now=act.now)
    return Change(listed.with_(taken=(*others, one)), f"{act.name} at intake: {act.now}", "", act.now)


def review_medicine(record: CourseRecord, act: ReviewMedicine, now: datetime) -> Change:
    """The change was looked at; it is looked at again only if that is asked for."""
    found = next((one for one in record.medicines if one.id == act.medicine and one.review_due), None)
    if found is None:
        waiting = ", ".join(one.id for one in record.medicines if one.review_due) or "none"
        raise Refused(f"there is no review of {act.medicine} to come: waiting are {waiting}")
    if act.review_at is not None:
        _ahead(act.review_at, now)
    done = found.with_(review_at=act.review_at) if act.review_at else found.with_(reviewed_at=now)
    again = f", again {shown(record, act.review_at)}" if act.review_at else ""
    kept = tuple(done if one.id == found.id else one for one in record.medicines)
    return Change(record.with_(medicines=kept), f"{found.name} ({found.id}) reviewed{again}")


def record_check(record: CourseRecord, act: RecordCheck, now: datetime) -> Change:
    """A long-term check was asked; what it found goes to a prescriber."""
    rule = next((one for one in record.protocol.long_term if one.id == act.check), None)
    if rule is None:
        known = ", ".join(one.id for one in record.protocol.long_term) or "none"
        raise Refused(f"{record.protocol.id} asks for no {act.check}: it asks for {known}")
    found = "yes" if act.positive else "no"
    detail = f" ({act.detail})" if act.detail else ""
    if record.phase is Phase.INTAKE:
        asked = Baseline(at=act.happened_at, positive=act.positive, detail=act.detail)
        changed = record.with_(baselines={**record.baselines, rule.id: asked})
        return Change(changed, f"{rule.at_intake or rule.text}: {found}{detail}", "", found)
    changed = record.with_(checks={**record.checks, rule.id: act.happened_at})
    before = record.baselines.get(rule.id)
    since = "" if before is None else f", at intake {before.said}"
    if act.positive:
        text = f"{rule.text}: yes{since}: see the patient before the next infusion"
        changed = open_task(changed, TaskKind.LONG_TERM, now, now + days(CALL_DAYS), Role.PRESCRIBER, text, rule.id)
    return Change(changed, f"{rule.text}: {found}{detail}{since}", "", found)


def ask_booster(record: CourseRecord, act: AskBooster, now: datetime) -> Change:
    """The patient asks; somebody answers, and three requests close by owe an evaluation."""
    asked = record.with_(requests=(*record.requests, act.happened_at)[-REQUESTS_KEPT:])
    text = "the patient asks for a booster: answer, and book one if a prescriber agrees"
    changed = open_task(asked, TaskKind.BOOSTER_ASKED, now, now + days(CALL_DAYS), Role.COORDINATOR, text)
    return Change(changed, "the patient asks for a booster")


def _ahead(instant: datetime, now: datetime) -> None:
    if not now < instant <= now + days(FARTHEST_DAYS):
        raise Refused(f"what is planned lies ahead, at most {FARTHEST_DAYS} days: correct the date")
