"""The demo: a year of a clinic's patients, in a little over a minute."""

import asyncio
import shutil
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import shorten
from typing import Annotated
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from adapters.clinic.files import load_clinic
from adapters.settings import Settings, load_settings
from cli.demo.bundle import Evidence, evidence
from cli.demo.clinic import Clinic, in_words, look_around
from cli.demo.report import write_report
from cli.output import CODES, OK, USAGE, as_json, complain, table
from cli.simulate import ProgressLine
from course.model.terms import OccasionKind
from play.check import load_scenario
from play.files import known, logged_in, play_files
from play.played import Played
from play.player import Player
from play.results import as_json as played_json
from play.scenario.file import lives
from play.scenario.when import WhenError, span, starts_at
from play.world.stage import Stage
from services.failures import EXPECTED, kind_of

CAST = {
    "relapse-and-early-booster": 0,
    "discharge-after-cancellation": 2,
    "no-show-and-rebook": 10,
    "hold-and-release": 14,
    "item-nine-on-saturday": 20,
    "wrong-dose-corrected": 24,
    "crps-rising-enzymes": 30,
    "bipolar-ymrs-14": 33,
    "resistant-depression-lead-in": 36,
    "ptsd": 40,
    "anxiety-and-a-taper": 43,
    "fibromyalgia-moved": 45,
    "vial-shared-and-spilt": 50,
}
"""Whose lives they are, and how many weeks into the year; in the last one two patients come."""

YEAR = "365d"
BEGINS = "first Monday of March 09:00"
LEAST = timedelta(days=1)

STANDS_OUT = (
    *(
        "corrected to",
        "the course is held]",
        ", the course is held",
        "held (",
        "early booster s",
        "escalated",
        "ordered, review",
        "not given",
    ),
    *("no-show", "cancelled", "after it moved"),
)
"""Words by which the page's most telling line is found, the most telling first."""

SHOWN_MOST = 140
PORT = 8080
"""Where pages are served unless somebody says otherwise."""

SHIPPED: Path = Settings.model_fields["clinic_folder"].default
"""The made-up clinic that comes with the software, whatever folder a clinic of its own has."""


def demo(
    *,
    until: Annotated[str, Parameter(help="how long to run, such as 90d")] = YEAR,
    serve: Annotated[bool, Parameter(negative="", help="then leave pages open to click through, until ctrl-C")] = False,
    port: Annotated[int, Parameter(help="where --serve listens")] = PORT,
    json: Annotated[bool, Parameter(negative="", help="print one JSON value")] = False,
) -> int:
    """A year of a clinic with fourteen made-up patients on the real server: table, report with pictures, messages.

    Example: starter.py demo --until 120d
    """
    try:
        span(until)
    except WhenError as wrong:
        return complain(f"--until is wrong: {wrong}", USAGE, json_=json)
    began = time.monotonic()
    try:
        settings = load_settings()
        folder = settings.data_folder / "demo"
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True, mode=0o700)
        played, clinic, proven = _play(folder, SHIPPED, until, port if serve else None)
    except EXPECTED as error:
        return complain(str(error), CODES[kind_of(error)], json_=json)
    report = write_report(folder, played, clinic)
    if json:
        as_json({"report": report, "courses": [played_json(one) for one in played], "proof": clinic.proof})
        return OK
    _print(played, (*in_words(clinic), *proven.lines), folder, report, time.monotonic() - began)
    surprises = [surprise for one in played for surprise in one.player.surprises]
    for surprise in surprises:
        print(f"not as the scenario says: {surprise}", file=sys.stderr)
    return 1 if surprises else OK


def _play(
    folder: Path, clinic_folder: Path, until: str, port: int | None
) -> tuple[tuple[Played, ...], Clinic, Evidence]:
    clinic = load_clinic(clinic_folder)
    began = starts_at(BEGINS, ZoneInfo(next(iter(clinic.sites.values())).zone), datetime.now(UTC))
    ends = began + span(until)
    scenarios = []
    for name, weeks in CAST.items():
        scenario = load_scenario(clinic_folder / "scenarios" / f"{name}.toml", known(clinic))
        comes = began + timedelta(weeks=weeks)
        if comes + LEAST <= ends:
            when = {"start": f"{comes:%Y-%m-%d} 09:00", "until": f"{(ends - comes).days}d"}
            scenarios.append(scenario.model_copy(update=when))
    patients = sum(1 for scenario in scenarios for _ in lives(scenario))
    print(f"{patients} made-up patients, {until} of a clinic, on a real Temporal server:", file=sys.stderr)
    seen: list[tuple[Clinic, Evidence]] = []

    async def after(here: Stage, players: Sequence[Player]) -> None:
        seen.append((await look_around(here, players), await evidence(here, players, folder)))
        if port is not None:
            from cli.demo.serving import serve as keep_open  # noqa: PLC0415  only who asks for pages needs them

            await keep_open(here, players, port)

    with logged_in(folder):
        played = asyncio.run(
            play_files(scenarios, folder, clinic_folder, progress=ProgressLine(sys.stderr), apart=True, after=after)
        )
    return played, *seen[0]


def _print(played: tuple[Played, ...], clinic: Sequence[str], folder: Path, report: Path, seconds: float) -> None:
    heads = ("patient", "what is different", "where", "infusions", "letters", "not sent", "scores")
    table(heads, [_row(one) for one in played], f"A year in {seconds:.0f} seconds")
    told = [one for course in played for one in course.letters if OccasionKind.ESCALATION in one.kinds]
    for one in told[:3]:
        print(f"escalated  {one.as_of:%a %d %b %H:%M} UTC to {one.to_account}: {one.subject}")
    for course in played:
        print(_told(course))
    print("\n".join(clinic))
    letters = sum(len(one.letters) for one in played)
    print(f"pictures   {report}\nmessages   {letters} letters in {folder / 'mailbox'}")
    first = next(one for course in played for one in course.to_patient)
    print(f"\nthe first letter, to {played[0].player.place.name}:\n{_indented(first.body)}")
    print(
        "next:\n"
        "  open the report in a browser\n"
        "  .venv/bin/python starter.py simulate moved-visit --texts\n"
        "  make up      a stack that stays, to enrol somebody yourself (README, Tutorial)"
    )


def _told(played: Played) -> str:
    """What stands out on a course's page, in its own words."""
    name, record = played.player.place.name, played.player.record
    entries = [entry for _, entry in sorted(played.player.observed.entries.items())]
    found = next((one for mark in STANDS_OUT for one in entries if mark in one.text), None)
    if found is None:
        return f"{name:11}(a course as it should be)"
    text = shorten(found.text, SHOWN_MOST, placeholder=" ...")
    return f"{name:11}{record.zone.local(found.at):%d %b %Y} {found.by}: {text}"


def _row(played: Played) -> tuple[str, ...]:
    record = played.player.record
    scores = record.primary_scores
    return (
        played.player.place.name,
        played.player.scenario.title,
        record.phase if record.held is None else f"{record.phase}, held",
        str(len(record.valid_doses)),
        str(len(played.to_patient)),
        str(sum(1 for _, mark in played.not_sent if mark.state == "suppressed")),
        f"{scores[0].said} to {scores[-1].said}" if scores else "",
    )


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.strip().splitlines())
