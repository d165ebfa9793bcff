"""Memoising a pure function of an immutable fact, for as long as the fact lives."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import ReferenceType, ref

from course.model.base import Carried

Fact = TypeVar("Fact", bound=Carried)
Answer = TypeVar("Answer")


def memoized(rule: Callable[[Fact], Answer]) -> Callable[[Fact], Answer]:
    """The same rule, computed once an instance; a copy of the fact is another instance."""
    known: dict[int, tuple[ReferenceType[Fact], Answer]] = {}

    @wraps(rule)
    def looked_up(fact: Fact) -> Answer:
        place = id(fact)
        found = known.get(place)
        if found is not None and found[0]() is fact:
            return found[1]
        answer = rule(fact)
        known[place] = (ref(fact, lambda _: known.pop(place, None)), answer)
        return answer

    return looked_up
