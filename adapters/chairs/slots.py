"""Who keeps the chairs: this clinic's own store, unless a scheduler outside does."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from adapters.clinic.files import Clinic, snapshot
from adapters.store.chairs.slots import SlotLedger
from course.scheduling.slots import Full, Slot, next_free


class SlotError(Exception):
    """Why no chair was reserved, in one sentence."""


class SlotBook(Protocol):
    """Reserves chairs; each call is whole or nothing, and may be repeated."""

    async def reserve(self, site: str, slots: Sequence[Slot]) -> None:
        """Take all of these for their course, besides what it has; raises SlotError where one finds no place."""
        ...

    async def settle(
        self, site: str, course_id: str, slots: Sequence[Slot], *, now: datetime, made_before: datetime
    ) -> tuple[Slot, ...]:
        """Let a course have exactly these from now on; those that find no place come back.

        What was reserved later than `made_before` stays: it may belong to an act that is under way.
        """
        ...


class ClinicSlots:
    """The chairs of the clinic file, kept in the store."""

    def __init__(self, clinic: Clinic, ledger: SlotLedger) -> None:
        self._clinic = clinic
        self._ledger = ledger

    async def reserve(self, site: str, slots: Sequence[Slot]) -> None:
        """Take all or none; the refusal names the next free start."""
        refused = await self._ledger.take(site, slots, self._clinic.sites[site].capacity)
        if refused is not None:
            raise SlotError(await self._sentence(site, *refused))

    async def settle(
        self, site: str, course_id: str, slots: Sequence[Slot], *, now: datetime, made_before: datetime
    ) -> tuple[Slot, ...]:
        """Let a course have exactly these."""
        capacity = self._clinic.sites[site].capacity
        return await self._ledger.keep(site, course_id, slots, capacity, now=now, made_before=made_before)

    async def _sentence(self, site: str, wanted: Slot, full: Full) -> str:
        place = self._clinic.sites[site]
        calendar = snapshot(place, wanted.begins, self._clinic.limits.calendar_years)
        ahead = await self._ledger.between(site, wanted.begins, calendar.horizon)
        free = next_free(wanted, ahead, place.capacity, calendar)
        at, start = (f"{calendar.zone.local(one):%a %d %b %Y %H:%M}" if one else "" for one in (full.at, free))
        then = f"the next free start is {start}" if start else "no start within a week is free"
        return f"{site} is full at {at}: {full.booked} of {place.capacity} places are booked; {then}"
