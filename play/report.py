"""The timeline of a scenario, for people: one line a thing, in the clinic's own time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from course.model.base import plain
from play.played import Played

INDENT = " " * 25


@dataclass(frozen=True)
class Line:
    """One thing that happened; `rank` orders what happened at one instant."""

    at: datetime
    rank: int
    who: str
    text: str


def timeline(played: Played, *, texts: bool = False) -> str:
    """The whole story, with the words of every message if asked."""
    zone = played.player.record.zone
    lines = sorted(_lines(played, texts=texts), key=lambda line: (line.at, line.rank))
    shown = []
    day = ""
    for line in lines:
        wall = zone.local(line.at)
        today = f"{wall:%a %d %b %Y}"
        shown.append(f"{today if today != day else '':<15} {wall:%H:%M} {line.who:>7} {line.text}")
        day = today
    return "\n".join([*_head(played), *shown, *_foot(played)])


def _head(played: Played) -> list[str]:
    scenario = played.player.scenario
    about = [scenario.about.strip()] if scenario.about else []
    group = played.player.group
    if played.player is not group.players[0]:
        return [f"{scenario.title or scenario.protocol}: {played.player.place.name}", ""]
    return [scenario.title or scenario.protocol, *about, *([played.player.place.name] if not group.alone else []), ""]


def _foot(played: Played) -> list[str]:
    player = played.player
    record = player.record
    given = len(record.valid_doses)
    where = f"held ({record.held.cause})" if record.held is not None else str(record.phase)
    sums = [
        f"{len(played.to_patient)} messages to the patient",
        f"{len({key for key, _ in played.not_sent})} not sent as planned",
        f"{len(player.observed.needs)} needs opened",
        f"{given} sessions given",
        f"{len(player.refusals)} acts refused",
        f"{sum(one.all_events for one in played.costs)} events",
        f"{sum(one.all_actions for one in played.costs)} billable actions in {len(played.costs)} runs",
    ]
    return ["", f"{where}: {', '.join(sums)}", *(f"NOT AS EXPECTED: {one}" for one in player.surprises)]


def _lines(played: Played, *, texts: bool) -> Iterator[Line]:
    player = played.player
    entries = [entry for _, entry in sorted(player.observed.entries.items())]
    for entry in entries:
        reason = f" ({entry.reason})" if entry.reason else ""
        yield Line(entry.at, 1, "", f"{entry.by}: {entry.text}{reason}")
    for sent in played.letters:
        who = "patient" if sent.audience == "patient" else sent.to_account
        body = "".join(f"\n{INDENT}| {line}" for line in sent.body.splitlines()) if texts else ""
        yield Line(sent.as_of, 2, who, f"<- {sent.subject} ({', '.join(plain(kind) for kind in sent.kinds)}){body}")
    for key, mark in played.not_sent:
        zone = player.record.zone
        until = f", until {zone.local(mark.until):%a %d %b %H:%M}" if mark.until is not None else ""
        yield Line(mark.at, 3, "", f"-- {plain(key)} {mark.state}: {mark.reason}{until}")
    for opened in player.observed.needs.values():
        yield Line(opened.at, 4, "", f"!  {opened.need.role}: {opened.need.text}")
    for refusal in player.refusals:
        yield Line(refusal.at, 5, "", f"x  {plain(refusal.action)} by {refusal.role} refused: {refusal.sentence}")
    for happened in player.happened:
        yield Line(happened.at, 0, "", f"** {happened.answer}")
