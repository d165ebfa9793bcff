"""Open courses as lists see them: attributes and a card, and nobody who works on them."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.common import SearchAttributePair, TypedSearchAttributes

from benchmarks.engines.engine import all_of
from benchmarks.engines.product import PROTOCOL, Product
from course.model.terms import NeedKind, Phase
from course.views.card import Card
from workflows import search_attribute_keys as attributes

NOBODY = "nobody"
AT_ONCE = 50
ONE_IN_NEED, ONE_ESCALATED = 5, 500
DAYS_AHEAD = 14


async def crowd(engine: Product, count: int, first: int = 0) -> None:
    """So many open courses; one in five waits for somebody within two weeks, one in 500 is an escalation."""
    numbers = iter(range(first, first + count))
    chance = random.Random(first)  # noqa: S311  a made-up clinic
    shown = Card(phase=Phase.INDUCTION, where="visit 3 of 6", given=2, target=6, short="ketamine")

    async def some() -> None:
        for number in numbers:
            await engine.app.client.start_workflow(
                "TreatmentCourse",
                id=f"c-crowd-{number}",
                task_queue=NOBODY,
                memo={"card": shown},
                search_attributes=_attributes(number, chance, engine),
            )

    await all_of([some() for _ in range(AT_ONCE)])


async def seen(engine: Product, count: int) -> None:
    """Wait until lists show so many."""
    while await engine.courses.count() < count:  # noqa: ASYNC110  the server indexes when it has time
        await asyncio.sleep(0.1)


def _attributes(number: int, chance: random.Random, engine: Product) -> TypedSearchAttributes:
    now = datetime.now(UTC)
    answer: list[SearchAttributePair[Any]] = [
        SearchAttributePair(attributes.PHASE, str(Phase.INDUCTION)),
        SearchAttributePair(attributes.PROTOCOL, PROTOCOL),
        SearchAttributePair(attributes.SITE, next(iter(engine.app.clinic.sites))),
        SearchAttributePair(attributes.OWNER, "lee"),
        SearchAttributePair(attributes.NEXT_SESSION, now + timedelta(hours=chance.uniform(1, 24 * 30))),
        SearchAttributePair(attributes.HELD, value=False),
    ]
    if number % ONE_IN_NEED == 0:
        kind = NeedKind.ESCALATION if number % ONE_ESCALATED == 0 else NeedKind.EVALUATE
        due = now + timedelta(days=chance.uniform(-1, DAYS_AHEAD))
        answer += [SearchAttributePair(attributes.NEEDS, [str(kind)]), SearchAttributePair(attributes.NEED_DUE, due)]
    return TypedSearchAttributes(answer)
