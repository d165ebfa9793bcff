"""A visit as an iCalendar object, so that a patient's own calendar follows it (RFC 5545, RFC 5546)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import quote

from activities.ports import CalendarInvite, Letter

LINE_BYTES = 75
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def method(invite: CalendarInvite) -> str:
    """What the object asks of a calendar."""
    return "CANCEL" if invite.cancelled else "REQUEST"


def ics(invite: CalendarInvite, letter: Letter, from_address: str) -> str:
    """The object's lines; the organizer is the clinic's neutral sender, and no answer is asked for."""
    domain = from_address.rpartition("@")[2]
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Structured Treatments//EN",
        f"METHOD:{method(invite)}",
        "BEGIN:VEVENT",
        f"UID:{invite.uid}@{domain}",
        f"SEQUENCE:{invite.sequence}",
        f"DTSTAMP:{_utc(letter.as_of)}",
        f"DTSTART:{_utc(invite.starts)}",
        f"DTEND:{_utc(invite.ends)}",
        f"SUMMARY:{_text(invite.summary)}",
        f"LOCATION:{_text(invite.place)}",
        f"ORGANIZER;CN={_quoted(letter.sender)}:{_mailto(from_address)}",
        f"ATTENDEE;RSVP=FALSE:{_mailto(letter.to)}",
        f"STATUS:{'CANCELLED' if invite.cancelled else 'CONFIRMED'}",
        "CLASS:PRIVATE",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{piece}\r\n" for line in lines for piece in _folded(line))


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    return _plain(words).translate(_ESCAPES)


def _quoted(words: str) -> str:
    return '"' + _plain(words).replace('"', "'").replace("\n", " ") + '"'


def _plain(words: str) -> str:
    """The words without control characters, which no line may hold."""
    return "".join(one for one in words if one == "\n" or (one >= " " and one != "\x7f"))


def _mailto(address: str) -> str:
    return "mailto:" + quote(address, safe="@!$'*+-._~")


def _folded(line: str) -> Iterator[str]:
    """Pieces of at most 75 bytes, each after the first begun with a space, no character broken."""
    piece, size = "", 0
    for one in line:
        width = len(one.encode())
        if size + width > LINE_BYTES:
            yield piece
            piece, size = " ", 1
        piece, size = piece + one, size + width
    yield piece
