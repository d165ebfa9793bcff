"""Runs random pure lives once and prints the seed that brings them back: `python -m tests.support.lives 2000`."""

import secrets
import sys

from hypothesis import core, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.course.whole.test_lives import Lives

MOST_SEED = 2**32


def main(lives: int, seed: int) -> None:
    """Live so many lives; the first that breaks what must be true is shown in its shortest form."""
    print(f"{lives} lives, seed {seed}", flush=True)  # noqa: T201  it is what the command says
    setattr(core, "global_force_seed", seed)  # noqa: B010  it is declared as None
    run_state_machine_as_test(Lives, settings=settings(Lives.TestCase.settings, max_examples=lives, database=None))
    print("all held")  # noqa: T201


if __name__ == "__main__":
    said = [int(one) for one in sys.argv[1:]]
    main(said[0] if said else 2_000, said[1] if len(said) > 1 else secrets.randbelow(MOST_SEED))
