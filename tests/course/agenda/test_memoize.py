"""What is memoized with a fact is of that fact alone, and gone with it."""

import gc
from weakref import ref

from course.model.base import Carried
from course.model.memoize import memoized


class Fact(Carried):
    """A fact with one field."""

    number: int


def test_a_copy_and_a_change_are_other_facts() -> None:
    """A rule is worked out once for a fact, and anew for what was copied or changed from it."""
    seen: list[int] = []

    @memoized
    def doubled(fact: Fact) -> int:
        seen.append(fact.number)
        return 2 * fact.number

    first = Fact(number=1)
    assert [doubled(first), doubled(first), doubled(first.with_(number=4)), doubled(first.model_copy())] == [2, 2, 8, 2]
    assert seen == [1, 4, 1]


def test_what_was_remembered_goes_with_its_fact() -> None:
    """Facts that come and go at one place in memory are told apart, and nothing of them stays."""

    @memoized
    def following(fact: Fact) -> Fact:
        return Fact(number=fact.number + 1)

    assert [following(Fact(number=one)).number for one in range(1000)] == list(range(1, 1001))
    first = Fact(number=1)
    kept = ref(following(first))
    assert kept() is not None
    del first
    gc.collect()
    assert kept() is None
