"""A patient's calendar: another library reads the iCalendar objects, then it does what RFC 5546 says."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any

import icalendar

LONGEST_LINE = 75
STATUS = {"REQUEST": "CONFIRMED", "CANCEL": "CANCELLED"}


@dataclass(frozen=True)
class Entry:
    """One VEVENT with the method it came under."""

    method: str
    uid: str
    sequence: int
    starts: datetime
    ends: datetime
    summary: str
    place: str
    organizer: str
    attendee: str


def entries(message: EmailMessage) -> list[Entry]:
    """Every calendar object in a letter; its MIME method is the object's own."""
    found = []
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            raw = part.get_payload(decode=True)
            assert isinstance(raw, bytes)
            found.append(parsed(raw))
            assert part.get_param("method") == found[-1].method
    return found


def parsed(raw: bytes) -> Entry:
    """One object with one visit; what the library complains of, or overlooks as it does long lines, fails the test."""
    lines = raw.split(b"\r\n")
    assert lines.pop() == b""
    assert all(0 < len(line) <= LONGEST_LINE and b"\n" not in line and b"\r" not in line for line in lines)
    calendar: Any = icalendar.Calendar.from_ical(raw)
    (event,) = calendar.subcomponents
    assert event.name == "VEVENT"
    assert calendar.errors + event.errors + event.subcomponents == []
    assert not [name for part in (calendar, event) for name, value in part.items() if isinstance(value, list)]
    assert calendar.keys() == {"VERSION", "PRODID", "METHOD"}
    assert calendar["VERSION"] == "2.0"
    assert event["STATUS"] == STATUS[calendar["METHOD"]]
    assert {event[name].dt.tzname() for name in ("DTSTAMP", "DTSTART", "DTEND")} == {"UTC"}
    return Entry(
        method=str(calendar["METHOD"]),
        uid=str(event["UID"]),
        sequence=int(event["SEQUENCE"]),
        starts=event["DTSTART"].dt,
        ends=event["DTEND"].dt,
        summary=str(event["SUMMARY"]),
        place=str(event["LOCATION"]),
        organizer=str(event["ORGANIZER"]),
        attendee=str(event["ATTENDEE"]),
    )


class PatientsCalendar:
    """What a mail program makes of invitations: a newer sequence takes the place of an older one."""

    def __init__(self) -> None:
        self.known: dict[str, Entry] = {}

    def receive(self, message: EmailMessage) -> None:
        """Take one letter in."""
        for entry in entries(message):
            before = self.known.get(entry.uid)
            if before is None or entry.sequence >= before.sequence:
                self.known[entry.uid] = entry

    def stands(self) -> list[datetime]:
        """When the visits are that the calendar shows."""
        return sorted(entry.starts for entry in self.known.values() if entry.method == "REQUEST")
