"""What lists read without asking a course: search attributes and the card, written only when they change."""

from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate

with workflow.unsafe.imports_passed_through():
    from course.record import CourseRecord
    from course.worklist import Card, card

from workflows import attributes


class Board:
    """Writes what changed since it was last written, also across page turns."""

    def __init__(self) -> None:
        self.card: Card | None = workflow.memo_value("card", None, type_hint=Card)

    def publish(self, record: CourseRecord) -> None:
        """Write the attributes that changed, and the card if it did."""
        shown = card(record, workflow.now())
        written = workflow.info().typed_search_attributes
        updates: list[SearchAttributeUpdate[Any]] = [
            key.value_unset() if value is None else key.value_set(value)
            for key, value in self._attributes(record, shown).items()
            if written.get(key) != value
        ]
        if updates:
            workflow.upsert_search_attributes(updates)
        if shown != self.card:
            workflow.upsert_memo({"card": shown})
            self.card = shown

    def _attributes(self, record: CourseRecord, shown: Card) -> dict[Any, Any]:
        return {
            attributes.PHASE: str(record.phase),
            attributes.PROTOCOL: record.protocol.id,
            attributes.SITE: record.site,
            attributes.OWNER: record.owner,
            attributes.NEEDS: sorted(set(shown.needs)) or None,
            attributes.NEED_DUE: shown.need_due,
            attributes.NEXT_SESSION: shown.next_session,
            attributes.HELD: record.held is not None,
        }
