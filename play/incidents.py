"""What befalls a course or the system besides acts: signals, replies, people who are away, workers that fail."""

from datetime import datetime
from typing import Any

from pydantic import ValidationError

from course.acts.care import AddNote, ChangeContact
from course.acts.catalogue import Evaluate
from course.acts.replies import opts_out
from course.model.terms import Role
from play.group import PlayedCourse
from play.scenario.acting import CAST
from play.scenario.file import Step
from play.scenario.when import span
from play.world.place import Place


async def befall(player: PlayedCourse, step: Step) -> str:
    """Let it happen; what it came to, in a few words."""
    place, now = player.place, player.now
    match step.do:
        case "signal":
            await place.signal(step.raw if step.raw is not None else await _evaluation(place, step, now))
            return "a signal arrived"
        case "cancel":
            await place.cancel()
            return "somebody cancelled the workflow"
        case "reply":
            return await _reply(player, str(step.details["text"]))
        case _:
            return await _around(place, step, now)


async def _around(place: Place, step: Step, now: datetime) -> str:
    """What befalls the clinic around the course."""
    match step.do:
        case "mail_refuses":
            place.refuse_mail(yes=True)
            return f"mail refuses for {step.lasts}"
        case "away":
            account = str(step.details["account"])
            await place.away(account, now, now + span(step.lasts or "0m"))
            return f"{account} is away for {step.lasts}"
        case "kill_worker":
            await place.another_worker(kill=True)
            return "the worker was killed and another one started"
        case _:
            await place.another_worker(kill=False)
            return "the worker was stopped and another one started"


async def _evaluation(place: Place, step: Step, now: datetime) -> dict[str, Any]:
    """What a machine sends: the details, and what every evaluation needs unless the details say otherwise; signed."""
    actor = CAST[step.by or Role.PRESCRIBER].model_copy(update={"via": "signal"})
    request_id = step.request_id or f"signal-{now:%Y%m%d%H%M%S}"
    usual = {"request_id": request_id, "actor": actor.model_dump(mode="json"), "made_at": now.isoformat()}
    fields = {**usual, **({"reason": step.reason} if step.reason else {}), **step.details}
    try:
        act = Evaluate.model_validate(fields)
    except ValidationError:
        return fields
    signed = await place.stage.courses.signers.signed(act, place.course_id)
    return place.stage.app.signer.stamp(signed, place.course_id).model_dump(mode="json")


async def _reply(player: PlayedCourse, text: str) -> str:
    """An opt-out word ends all messages; anything else is written down for people to read."""
    now = player.now
    request_id = f"reply-{now:%Y%m%d%H%M%S}"
    if opts_out(text):
        act = ChangeContact(request_id=request_id, actor=CAST[Role.PATIENT], made_at=now, opt_out=True)
        return await player.send(act) or "the patient opted out"
    note = AddNote(
        request_id=request_id, actor=CAST[Role.COORDINATOR], made_at=now, text=f"the patient replied: {text}"
    )
    return await player.send(note) or "the reply was written down"
