"""How much is measured: everything, or what three minutes allow."""

from dataclasses import dataclass


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
    killed: tuple[int, int]
    years: int


FULL = Size(
    "full", pairs=5, days=385, courses=6, acts=400, tries=9, open_courses=(500, 1_000, 10_000),
    listed_courses=(1_000, 10_000, 50_000), killed=(500, 50), years=10,
)  # fmt: skip
QUICK = Size(
    "quick", pairs=2, days=60, courses=4, acts=60, tries=3, open_courses=(50, 200),
    listed_courses=(500,), killed=(40, 8), years=0,
)  # fmt: skip
