"""`python -m tests.mutants`: which faults of the rules the pure tests notice."""

import argparse
import hashlib
import json
import time
import tomllib
from collections import Counter
from contextlib import suppress

from tests.mutants.changes import Mutant, mutants_of
from tests.mutants.running import EARLY, ROOT, killed_by, traces

RESULTS = ROOT / "var" / "mutants.json"
SLOW = 5.0
REASONS = ROOT / "tests" / "mutants" / "survivors.toml"


def say(text: str) -> None:
    """Print at once."""
    print(text, flush=True)  # noqa: T201


def sample(seed: int, size: int) -> list[Mutant]:
    """The mutants whose names come first under a hash with the seed: other code may change and the rest stays."""
    files = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("course/**/*.py"))
    every = {one.name: one for file in files for one in mutants_of(file, ROOT)[1]}
    say(f"{size} of {len(every)} mutants, seed {seed}.")
    return sorted(every.values(), key=lambda one: hashlib.sha256(f"{seed} {one.name}".encode()).digest())[:size]


def table(mutants: list[Mutant], results: dict[str, str]) -> str:
    """What became of the sample as far as it was run, by room, and the survivors with their reasons."""
    mutants = [one for one in mutants if one.name in results]
    rooms: Counter[tuple[str, bool]] = Counter((one.room, results[one.name] != "") for one in mutants)
    total = Counter(results[one.name] != "" for one in mutants)
    lines = ["| room | mutants | killed | survived |", "|---|---:|---:|---:|"]
    for room in sorted({one.room for one in mutants}):
        killed, lived = rooms[room, True], rooms[room, False]
        lines.append(f"| `{room}` | {killed + lived} | {killed} | {lived} |")
    lines.append(f"| all | {len(mutants)} | {total[True]} | {total[False]} ({total[False] / len(mutants):.1%}) |")
    reasons = tomllib.loads(REASONS.read_text())
    alive = sorted((one.file, one.name) for one in mutants if not results[one.name])
    why = [f"- `{file}`, `{name}`: {reasons.get(name, 'no reason given')}" for file, name in alive]
    return "\n".join([*lines, "", *why])


def main() -> None:
    """Go on where the last run stopped, and print the table at the end."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--size", type=int, default=200, help="how many mutants (200)")
    parser.add_argument("--seed", type=int, default=1, help="which sample (1)")
    parser.add_argument("--again", choices=["none", "survivors", "all"], default="none", help="whom to try once more")
    parser.add_argument("--fast", action="store_true", help="leave out tests of more than five seconds")
    asked = parser.parse_args()
    results: dict[str, str] = json.loads(RESULTS.read_text()) if RESULTS.exists() and asked.again != "all" else {}
    mutants = sample(asked.seed, asked.size)
    left = [
        one for one in mutants if not results.get(one.name, "") and (asked.again != "none" or one.name not in results)
    ]
    tests = traces(say) if left else {}
    if asked.fast:
        tests = {name: one for name, one in tests.items() if one[0] < SLOW or name == EARLY}
    with suppress(KeyboardInterrupt):
        for count, mutant in enumerate(left, start=1):
            began = time.monotonic()
            results[mutant.name] = killer = killed_by(mutant, tests)
            RESULTS.write_text(json.dumps(results, indent=1))
            verdict = f"killed by {killer}" if killer else "SURVIVED"
            place = f"{mutant.file}:{mutant.first}"
            say(f"{count}/{len(left)} {time.monotonic() - began:.0f} s {place} {mutant.name}: {verdict}")
    say(table(mutants, results))


if __name__ == "__main__":
    main()
