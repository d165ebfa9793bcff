"""What an act's handler returns, what it may raise, and how it finds what the act names."""

from dataclasses import dataclass
from datetime import datetime

from course.model.parts import Actor, Signature
from course.model.record import CourseRecord
from course.model.visit import Session


class Refused(ValueError):  # noqa: N818  the word of the field: an act is refused
    """An act that cannot stand; the sentence says what is wrong and what would be right."""


@dataclass(frozen=True)
class Change:
    """The record after an act, the sentence for its entry, and what it changed."""

    record: CourseRecord
    sentence: str
    before: str = ""
    after: str = ""
    warnings: tuple[str, ...] = ()


def session_of(record: CourseRecord, session_id: str) -> Session:
    """The live session that an act names; raises Refused."""
    session = record.session(session_id)
    if session is None:
        known = ", ".join(one.id for one in record.open_sessions) or "none"
        raise Refused(f"there is no session {session_id} on this course: open sessions are {known}")
    return session


def signature(actor: Actor, at: datetime, meaning: str) -> Signature:
    """What somebody signs: printed name, role, time, meaning."""
    return Signature(name=actor.name, account_id=actor.account_id, role=actor.role, at=at, meaning=meaning)


def refuse_if(why: str) -> None:
    """Raise Refused with `why` unless it is empty."""
    if why:
        raise Refused(why)


def shown(record: CourseRecord, instant: datetime) -> str:
    """An instant as an entry shows it: clinic's wall time with its zone."""
    return f"{record.zone.local(instant):%a %d %b %Y %H:%M} {record.zone.abbreviation(instant)}".rstrip()
