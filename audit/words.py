"""Messages and what a course does by itself, in the words of a story."""

import re

from course.model.messages import Part, SendOrder
from course.model.protocol.protocol import Protocol
from course.views.explain import values_of
from course.views.rules_in_words import MESSAGES

VISIT = re.compile(r"s\d+")
ARCHIVING = "each run is archived by the one after it"
CALENDAR = "the clinic's days and hours are read anew when a page turns, and when they change"


def kinds(order: SendOrder) -> str:
    """What a message was about, and which visits."""
    return " and ".join(_part(part) for part in order.parts)


def _part(part: Part) -> str:
    subject = part.occasion.partition("/")[0]
    visit = f" of {subject}" if VISIT.fullmatch(subject) else ""
    return part.kind.replace("_", " ") + visit


def rules_of(order: SendOrder, protocol: Protocol | None) -> str:
    """Why a message went out: the rule of each of its kinds, with the protocol's values that the rule reads."""
    return "; ".join(dict.fromkeys(_rule(part, protocol) for part in order.parts if part.kind in MESSAGES))


def _rule(part: Part, protocol: Protocol | None) -> str:
    words = MESSAGES[part.kind]
    if protocol is None or not words.keys:
        return words.rule
    values = ", ".join(f"{key} {value}" for key, value in values_of(protocol, words.keys).items())
    return f"{words.rule} ({protocol.id} {protocol.version}: {values})"
