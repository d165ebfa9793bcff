"""What lists read without asking a course: search attributes and the card, written only when they change."""

from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate

with workflow.unsafe.imports_passed_through():
    from course.agenda.worklist import needs
    from course.model.record import CourseRecord
    from course.views.card import Card, card

from workflows import search_attribute_keys


class SearchAttributes:
    """Writes what changed since it was last written, also across page turns."""

    def __init__(self) -> None:
        self.card: Card | None = workflow.memo_value("card", None, type_hint=Card)

    @property
    def memo(self) -> dict[str, Any]:
        """What the next run begins with: the server carries search attributes over, and no memo."""
        return {"card": self.card} if self.card is not None else {}

    def publish(self, record: CourseRecord) -> None:
        """Write the attributes that changed, and the card if it did."""
        shown = card(record, workflow.now())
        written = workflow.info().typed_search_attributes
        updates: list[SearchAttributeUpdate[Any]] = [
            key.value_unset() if value is None else key.value_set(value)
            for key, value in self._attributes(record).items()
            if written.get(key) != value
        ]
        if updates:
            workflow.upsert_search_attributes(updates)
        if shown != self.card:
            workflow.upsert_memo({"card": shown})
            self.card = shown

    def _attributes(self, record: CourseRecord) -> dict[Any, Any]:
        waiting = needs(record, workflow.now())
        return {
            search_attribute_keys.PHASE: str(record.phase),
            search_attribute_keys.PROTOCOL: record.protocol.id,
            search_attribute_keys.SITE: record.site,
            search_attribute_keys.OWNER: record.owner,
            search_attribute_keys.NEEDS: sorted({str(need.kind) for need in waiting}) or None,
            search_attribute_keys.NEED_DUE: min((need.due for need in waiting), default=None),
            search_attribute_keys.NEXT_SESSION: min((one.start for one in record.open_sessions), default=None),
            search_attribute_keys.HELD: record.held is not None,
        }
