"""`python -m benchmarks.cost`: events and billable actions of one patient's first year, and where they go."""

import asyncio
import tempfile
from pathlib import Path

from adapters.clinic.files import load_clinic
from audit.costs import Cost, cost
from audit.histories import histories_of
from course.model.terms import Action
from play.check import load_scenario
from play.files import known, logged_in
from play.playing import play_many
from play.world.stage import stage

CLINIC = Path(__file__).parent.parent / "clinic"
ACTS_A_VISIT = 6


INTAKE = {Action.ENROL, Action.GATE, Action.CLEAR}


async def first_year(folder: Path) -> tuple[Cost, int, int, int, int]:
    """Play the straightforward course for a year; its cost, runs, visits, acts after intake, and letters."""
    path = CLINIC / "scenarios" / "straightforward-depression.toml"
    scenario = load_scenario(path, known(load_clinic(CLINIC))).model_copy(update={"until": "385d"})
    async with stage(folder, CLINIC) as here:
        (player,) = await play_many(here, [scenario])
        histories = await histories_of(here.app, player.place.course_id)
        letters = [one for one in await player.place.sends() if one.state == "sent"]
    acts = sum(1 for one in player.observed.entries.values() if one.action is not None and one.action not in INTAKE)
    return cost(*histories), len(histories), len(player.record.valid_doses), acts, len(letters)


def main() -> None:
    """Print the table of docs/explanation/cost.md."""
    with tempfile.TemporaryDirectory() as made, logged_in(Path(made)):
        found, runs, visits, acts, letters = asyncio.run(first_year(Path(made)))
    more = max(0, ACTS_A_VISIT * visits - acts)
    print(f"{visits} visits, {acts} acts after intake, {letters} letters, {runs} runs")
    print(f"events {found.all_events}, billable actions {found.all_actions}")
    events, actions = found.all_events + 6 * more, found.all_actions + more
    print(f"at {ACTS_A_VISIT} acts a visit: about {events} events, {actions} actions")
    print("\n| billable | actions |\n|---|---|")
    for name, count in found.actions.most_common():
        print(f"| {name} | {count} |")
    print("\n| event | count |\n|---|---|")
    for name, count in found.events.most_common():
        print(f"| {name.lower().replace('_', ' ')} | {count} |")


if __name__ == "__main__":
    main()
