"""Answers that stay with the fact that they were read from: facts never change, they are followed by others."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import ReferenceType, ref

from course.model.base import Carried

Fact = TypeVar("Fact", bound=Carried)
Answer = TypeVar("Answer")


def remembered(rule: Callable[[Fact], Answer]) -> Callable[[Fact], Answer]:
    """The same rule, worked out once for each fact and forgotten with it; a copy of the fact is another fact."""
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
