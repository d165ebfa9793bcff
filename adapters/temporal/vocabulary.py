"""Whether the search attributes of a course are ones that this program writes: others can write there too."""

import re

from temporalio.common import TypedSearchAttributes

from course.model.terms import NeedKind, Phase
from workflows import search_attribute_keys

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""How protocols, sites and accounts are named; a clinic may have taken one away since a course began."""

PHASES, NEEDS = frozenset(Phase), frozenset(NeedKind)


def outside(answer: TypedSearchAttributes) -> tuple[str, ...]:
    """The names of attributes whose value is outside the vocabulary; never the value, which may be anything."""
    found = [
        key.name
        for key in (search_attribute_keys.PROTOCOL, search_attribute_keys.SITE, search_attribute_keys.OWNER)
        if (value := answer.get(key)) is not None and NAME.fullmatch(value) is None
    ]
    phase = answer.get(search_attribute_keys.PHASE)
    if phase is not None and phase not in PHASES:
        found.append(search_attribute_keys.PHASE.name)
    if not NEEDS.issuperset(answer.get(search_attribute_keys.NEEDS, ())):
        found.append(search_attribute_keys.NEEDS.name)
    return tuple(found)
