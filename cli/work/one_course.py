"""One course from the command line: whole, what comes next, how its scores read."""

from typing import Annotated

from cyclopts import Parameter

from cli.output import OK, answer, as_json, table
from cli.session import OutputOptions, command, staff_session
from cli.work.showing import beside_it, show_course
from course.model.record import CourseRecord
from course.scores import secondary
from course.views.forecast import Upcoming
from services.reading.one_course import DAYS_AHEAD, course_ahead, judged_course, shown_course
from services.reading.what_if import changes
from services.typed.times import shown


@command
async def show(course: str, *, output: OutputOptions = OutputOptions()) -> int:
    """Show one course: the patient, the order, its owner, what is waiting, what comes next, and everything so far.

    Example: starter.py show c-1a2b3c
    """
    async with staff_session() as at:
        found = await shown_course(at, course)
    if output.json:
        return answer(found.record, "", json_=True)
    show_course(found.record, found.patient, found.contact, found.messages, at.now)
    return OK


@command
async def forecast_course(
    course: str,
    *,
    until: Annotated[str, Parameter(help=f"how far to look; by default {DAYS_AHEAD} days")] = "",
    if_: Annotated[
        list[str] | None,
        Parameter(name="--if", help='what if: "defer 4 to 2026-12-05 09:00", "omit 6", "no-show 2", "hold patient"'),
    ] = None,
    output: OutputOptions = OutputOptions(),
) -> int:
    """Show what comes next if nobody acts, or if somebody does; nothing is changed.

    Example: starter.py forecast c-1a2b3c --if "defer 4 to +3d 09:00"
    """
    async with staff_session() as at:
        found = await course_ahead(at, course, until, tuple(if_ or ()))
    if output.json:
        after = found.supposed and [vars(one) for one in found.supposed]
        as_json({"as_it_is": [vars(one) for one in found.as_it_is], "if": after})
    else:
        _print_forecast(found.record, found.as_it_is, found.supposed)
    return OK


def _print_forecast(record: CourseRecord, before: tuple[Upcoming, ...], after: tuple[Upcoming, ...] | None) -> None:
    heads = ("when", "what", "")
    if after is None:
        table(heads, [(shown(record.zone, one.at), one.kind, one.text) for one in before])
        return
    table(
        ("", *heads),
        [(sign, shown(record.zone, one.at), one.kind, one.text) for sign, one in changes(before, after)],
        "What would change",
    )


@command
async def judge_course(course: str, *, output: OutputOptions = OutputOptions()) -> int:
    """How the scores read against the protocol's own criteria.

    Example: starter.py judge c-1a2b3c
    """
    async with staff_session() as at:
        found = await judged_course(at, course)
    if output.json:
        readings = [
            {"score": score.id, "instrument": score.instrument, "at": score.at, "total": score.points, **vars(reading)}
            for score, reading in found.readings
        ]
        as_json(
            {
                "baseline": found.baseline,
                "readings": readings,
                "secondary": [vars(one) for one in secondary.readings(found.record)],
                "relapse": vars(found.relapse),
                "stop_review": vars(found.review),
            }
        )
        return OK
    zone = found.record.zone
    rows = [
        (score.id, score.instrument, shown(zone, score.at), score.said, reading.sentence)
        for score, reading in found.readings
    ]
    table(("score", "instrument", "when", "total", "reads"), rows)
    beside_it(found.record)
    print(f"relapse: {found.relapse.state}\nstop review: {found.review.sentence}")
    return OK
