"""A patient's calendar: reads iCalendar objects as strictly as RFC 5545 allows, and does what RFC 5546 says."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage

_LINE = re.compile(r'(?P<name>[A-Z-]+)(?P<params>(?:;[A-Z-]+=(?:"[^"\x00-\x1f]*"|[^";:,\x00-\x1f]*))*):(?P<value>.*)')
ONCE = ("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "ORGANIZER", "ATTENDEE", "STATUS")


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
    """One object; any departure from the format fails the test."""
    lines = raw.decode("utf-8").removesuffix("\r\n").split("\r\n")
    assert raw.endswith(b"\r\n")
    assert all(len(line.encode()) <= 75 and line and "\n" not in line and "\r" not in line for line in lines)
    unfolded = "\r\n".join(lines).replace("\r\n ", "").split("\r\n")
    assert unfolded[0] == "BEGIN:VCALENDAR"
    assert unfolded[-2:] == ["END:VEVENT", "END:VCALENDAR"]
    begins = unfolded.index("BEGIN:VEVENT")
    outer, inner = _properties(unfolded[1:begins]), _properties(unfolded[begins + 1 : -2])
    assert outer.keys() == {"VERSION", "PRODID", "METHOD"}
    assert outer["VERSION"] == "2.0"
    assert set(ONCE) <= inner.keys()
    assert inner["STATUS"] == {"REQUEST": "CONFIRMED", "CANCEL": "CANCELLED"}[outer["METHOD"]]
    _utc(inner["DTSTAMP"])
    return Entry(
        method=outer["METHOD"],
        uid=inner["UID"],
        sequence=int(inner["SEQUENCE"]),
        starts=_utc(inner["DTSTART"]),
        ends=_utc(inner["DTEND"]),
        summary=_text(inner["SUMMARY"]),
        place=_text(inner["LOCATION"]),
        organizer=inner["ORGANIZER"],
        attendee=inner["ATTENDEE"],
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


def _properties(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        matched = _LINE.fullmatch(line)
        assert matched is not None, line
        assert matched["name"] not in found
        found[matched["name"]] = matched["value"]
    return found


def _utc(value: str) -> datetime:
    assert re.fullmatch(r"\d{8}T\d{6}Z", value)
    return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _text(value: str) -> str:
    assert re.fullmatch(r"(?:[^\\;,\x00-\x1f\x7f]|\\[\\;,nN])*", value), value
    return re.sub(r"\\(.)", lambda one: "\n" if one[1] in "nN" else one[1], value)
