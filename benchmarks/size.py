"""How much is measured: what three minutes allow, everything, or everything with the largest clinics."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Size:
    """The sizes of one run."""

    name: str
    pairs: int
    days: int
    courses: int
    acts: int
    tries: int
    open_courses: tuple[int, ...]
    listed_courses: tuple[int, ...]
    beside: tuple[int, int]
    killed: tuple[int, int]
    years: int


FULL = Size(
    "full",
    pairs=5,
    days=385,
    courses=6,
    acts=400,
    tries=9,
    open_courses=(200, 1_000),
    listed_courses=(1_000, 10_000),
    beside=(500, 5_000),
    killed=(500, 50),
    years=10,
)
LONG = replace(FULL, name="long", open_courses=(200, 1_000, 10_000), listed_courses=(1_000, 10_000, 50_000))
QUICK = Size(
    "quick",
    pairs=2,
    days=60,
    courses=4,
    acts=60,
    tries=3,
    open_courses=(20, 100),
    listed_courses=(500,),
    beside=(50, 500),
    killed=(40, 8),
    years=0,
)
SIZES = {one.name: one for one in (QUICK, FULL, LONG)}
