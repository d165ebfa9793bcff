"""One object for what many courses hold alike: their protocols, instruments and time zones."""

from hashlib import sha256
from typing import Annotated, TypeVar
from weakref import WeakValueDictionary

from pydantic import AfterValidator

from course.model.base import Carried

Fact = TypeVar("Fact", bound=Carried)

_held: WeakValueDictionary[tuple[type[Carried], bytes], Carried] = WeakValueDictionary()


def shared(fact: Fact) -> Fact:
    """The fact of the same kind and content that a course of this process holds already, or this one."""
    held = _held.setdefault((type(fact), sha256(fact.model_dump_json().encode()).digest()), fact)
    assert isinstance(held, type(fact))
    return held


Shared = Annotated[Fact, AfterValidator(shared)]
"""A field whose content is shared as it is read."""
