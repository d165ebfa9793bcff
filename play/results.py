"""What scenarios came to, gathered while the server and the store that they lived on still stand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from audit.costs import Cost, cost
from audit.histories import histories_of
from play.expecting import unmet
from play.played import Played
from play.player import Player


async def results(players: Sequence[Player]) -> tuple[Played, ...]:
    """Gather what the stage knows of each player while it still stands; what was not as the file says surprises."""
    drawn = await players[0].place.stage.app.store.drug_log.syringes()
    found = tuple(
        [
            Played(
                one,
                await one.place.sends(),
                await _costs(one),
                tuple(line for line in drawn if line.course_id == one.place.course_id),
            )
            for one in players
        ]
    )
    for one in found:
        one.player.surprises += [*one.player.never, *unmet(one)]
    return found


async def _costs(player: Player) -> tuple[Cost, ...]:
    """What each run of the course cost, in order."""
    histories = await histories_of(player.place.stage.app, player.place.course_id)
    return tuple(cost(history) for history in histories)


def as_json(played: Played) -> dict[str, Any]:
    """Everything as plain JSON, instants in UTC."""
    player, scenario = played.player, played.player.scenario
    return {
        "title": scenario.title,
        "protocol": scenario.protocol,
        "start": _at(player.start),
        "ended": _at(player.now),
        "course_id": player.place.course_id,
        "patient": player.place.name,
        "surprises": player.surprises,
        "messages": [
            {
                "at": _at(one.as_of),
                "audience": one.audience,
                "to": one.to_account or "patient",
                "channel": one.channel,
                "kinds": list(one.kinds),
                "subject": one.subject,
                "body": one.body,
            }
            for one in played.letters
        ],
        "not_sent": [
            {
                "at": _at(mark.at),
                "occasion": key,
                "state": mark.state,
                "reason": mark.reason,
                "until": _at(mark.until) if mark.until else None,
            }
            for key, mark in played.not_sent
        ],
        "needs": [
            {
                "at": _at(one.at),
                "kind": one.need.kind,
                "subject": one.need.subject,
                "role": one.need.role,
                "due": _at(one.need.due),
                "text": one.need.text,
            }
            for one in player.observed.needs.values()
        ],
        "refusals": [
            {"at": _at(one.at), "action": one.action, "role": one.role, "sentence": one.sentence}
            for one in player.refusals
        ],
        "steps": [{"at": _at(one.at), "what": one.what, "answer": one.answer} for one in player.happened],
        "syringes": [
            {
                "session": line.session_id,
                "drawn_at": _at(line.drawn_at),
                "lot": line.vial.lot,
                "ml": {name: str(amount) for name, amount in vars(line.sum).items()},
                "witnesses": list(line.witnesses),
            }
            for line in played.syringes
        ],
        "runs": [
            {"events": one.all_events, "actions": one.all_actions, "billed": dict(one.actions)} for one in played.costs
        ],
        "entries": [one.model_dump(mode="json") for _, one in sorted(player.observed.entries.items())],
        "record": player.record.model_dump(mode="json"),
    }


def _at(instant: datetime) -> str:
    return instant.replace(microsecond=0).isoformat().replace("+00:00", "Z")
