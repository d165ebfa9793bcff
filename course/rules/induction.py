"""A series: how many sessions the protocol allows, and on which days of the week."""

from collections.abc import Iterator

from course.model.parts import Order
from course.model.protocol.protocol import Protocol
from course.model.terms import Decision


def out_of_range(protocol: Protocol, order: Order) -> Iterator[str]:
    """What takes the series of an order out of the protocol's range."""
    rule = protocol.induction
    if not rule.sessions_min <= order.sessions <= rule.sessions_max:
        yield f"{protocol.id} allows {rule.sessions_min} to {rule.sessions_max} sessions: order inside it"
    rising = tuple(sorted(set(order.weekdays)))
    if not rising or rising != order.weekdays or not 0 <= rising[0] <= rising[-1] <= 6:  # noqa: PLR2004  Sunday
        yield "weekdays go from 0 (Monday) to 6 (Sunday), each once and rising: for example 0,2,4"


def why_not_so_many(protocol: Protocol, decision: Decision, sessions: int | None) -> str:
    """Why an evaluation may not extend or begin a series by so many sessions; empty where it may."""
    rule = protocol.induction
    if sessions is None:
        return "say by how many sessions to extend: --sessions" if decision is Decision.EXTEND else ""
    if decision is Decision.REINDUCT and sessions < rule.sessions_min:
        least = rule.sessions_min
        return f"{protocol.id} asks for at least {least} sessions in a series: ask for {least} or more"
    if sessions > rule.sessions_max:
        most = rule.sessions_max
        return f"{protocol.id} allows at most {most} sessions in a series: ask for {most} or fewer"
    return ""
