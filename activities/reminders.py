"""Sends one message to one person: a reminder at most once, an escalation at least once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ports import (
    CalendarInvite,
    Channel,
    Contacts,
    Ledger,
    Letter,
    Medium,
    NotAcceptedError,
    OnCall,
    Person,
    RefusedForGoodError,
    SendStatus,
    TextError,
    Texts,
    Written,
)
from course.agenda.withdrawn_messages import OVERTAKEN
from course.model.messages import NOBODY_TO_TELL, SendOrder, SendOutcome, UnsentMessage
from course.model.terms import Audience, OccasionState

MOST_RESENDS = 3
"""How often an escalation that may have gone out is sent again before people are told that nobody knows."""

RINGS_FIRST = (Medium.SMS, Medium.EMAIL)
"""How somebody on call is told: a telephone wakes people, and each stands in for the other where that is down."""

WORST_LAST = (OccasionState.FAILED, OccasionState.LATER, OccasionState.UNCERTAIN)
"""Of several addresses that did not take a message, what the whole comes to."""

UNKNOWN = "nobody knows whether it was sent"
NO_ADDRESS = "there is no address that the patient allows and the clinic can write to"
NOBODY = NOBODY_TO_TELL
REFUSED = "the address was refused for good"
PUT_BACK = "not accepted yet"


@dataclass(frozen=True)
class Target:
    """One way to reach one person."""

    medium: Medium
    to: str
    person: Person | None = None


class _NotTaken(Exception):  # noqa: N818  not an error: what became of one try
    """One address did not take the message: it may be tried later, never, or nobody knows."""

    def __init__(self, target: Target, state: OccasionState, reason: str, resent: int = 0) -> None:
        super().__init__(reason)
        self.target, self.state, self.reason, self.resent = target, state, reason, resent

    def standing(self, order: SendOrder) -> SendStatus:
        """The end of the message where nothing better came of it."""
        plain = SendStatus(letter=order.key, state=self.state, reason=self.reason)
        unsure = self.state is OccasionState.UNCERTAIN
        return replace(plain, channel=self.target.medium, to=self.target.person) if unsure else plain


class Messenger:
    """Looks addresses up, writes the text, commits to the ledger that it is about to send, and sends."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        contacts: Contacts,
        oncall: OnCall,
        texts: Texts,
        channels: Mapping[Medium, Channel],
    ) -> None:
        self.ledger = ledger
        self.contacts = contacts
        self.oncall = oncall
        self.texts = texts
        self.channels = channels

    @activity.defn
    async def send_message(self, order: SendOrder) -> SendOutcome:
        """Send what of the order has not gone out yet; fails, to be tried again, only while it is known not to have."""
        return await self.send(order)

    async def send(self, order: SendOrder, link: str = "") -> SendOutcome:
        """The same, with the address of a page where it is answered on one."""
        at = max(order.as_of, activity.info().started_time)
        known = await self.ledger.standing(order.course_id, [part.occasion for part in order.parts])
        left = tuple(part for part in order.parts if not _settled(known.get(part.occasion)))
        if not left:
            return _outcome(order, known[order.key])
        rest = order.with_(parts=left)
        doubtful = [known[part.occasion] for part in left if _in_doubt(known.get(part.occasion), order)]
        if doubtful:
            return await self._settle(rest, _became(doubtful[0], OccasionState.UNCERTAIN, UNKNOWN), at)
        return await self._send(rest, at, link)

    @activity.defn
    async def give_up_message(self, unsent: UnsentMessage) -> SendOutcome:
        """Settle a message that nobody tries any more: one that was being handed over may have arrived."""
        order, said = unsent.order, unsent.outcome
        known = await self.ledger.standing(order.course_id, [order.key])
        standing = known.get(order.key, SendStatus(letter=order.key, state=OccasionState.LATER))
        if standing.reason == NOBODY:
            return _outcome(order, standing).with_(state=OccasionState.FAILED)
        if standing.letter != order.key or _settled(standing):
            return said if standing.letter != order.key else _outcome(order, standing)
        if standing.state is OccasionState.IN_FLIGHT:
            return await self._settle(order, _became(standing, OccasionState.UNCERTAIN, UNKNOWN), said.at)
        return await self._settle(order, _became(standing, said.state, said.reason), said.at)

    async def _send(self, order: SendOrder, at: datetime, link: str) -> SendOutcome:
        targets = await self._targets(order, at)
        new = SendStatus(letter=order.key, state=OccasionState.IN_FLIGHT)
        if not targets and order.audience is Audience.ONCALL:
            activity.logger.error(
                "nobody on call at %s can be written to: `starter.py oncall show` says why", order.site
            )
            return await self._nobody(order, _became(new, OccasionState.LATER, NOBODY), at)
        if not targets:
            return await self._settle(order, _became(new, OccasionState.SUPPRESSED, NO_ADDRESS), at)
        try:
            written = [self.texts.written(_in_language_of(order, target), link) for target in targets]
        except TextError as error:
            return await self._settle(order, _became(new, OccasionState.FAILED, str(error)), at)
        return await self._hand_over(order, list(zip(targets, written, strict=True)), at)

    async def _nobody(self, order: SendOrder, standing: SendStatus, at: datetime) -> SendOutcome:
        """The course hears of it once; from then on it is looked each minute for somebody, until the time is up."""
        outcome = await self._settle(order, standing, at)
        if order.waits:
            raise ApplicationError("there is nobody to tell yet: it is looked again", type="NobodyToTell")
        return outcome.with_(state=OccasionState.FAILED)

    async def _hand_over(
        self, order: SendOrder, targets: Sequence[tuple[Target, Written]], at: datetime
    ) -> SendOutcome:
        """To the first address that takes it; an escalation goes on where one may have it and nobody knows."""
        untaken: list[_NotTaken] = []
        for target, written in targets:
            try:
                return await self._try(order, target, written, at)
            except _NotTaken as why:
                untaken.append(why)
                if order.audience is Audience.PATIENT and why.state is not OccasionState.FAILED:
                    break
        worst = max(untaken, key=lambda one: WORST_LAST.index(one.state))
        if worst.state is OccasionState.LATER:
            raise ApplicationError("the message was not accepted: it is tried again", type="NotAccepted")
        if worst.state is OccasionState.UNCERTAIN and order.resend_unsure and worst.resent < MOST_RESENDS:
            raise ApplicationError("nobody knows whether it went out: it is sent again", type="Unknown")
        return await self._settle(order, worst.standing(order), at)

    async def _try(self, order: SendOrder, target: Target, written: Written, at: datetime) -> SendOutcome:
        """Hand it over to one address; raises _NotTaken with what is known where that did not take it."""
        letter, whole = _letter(order, target, written), order
        if target.medium is Medium.SMS:
            order = order.with_(parts=order.parts[: written.sms_parts])
        resent = await self.ledger.begin(order, letter, target.person, at)
        if resent is None:
            raise ApplicationError("another try of this message is under way: this one looks again later", type="Busy")
        try:
            provider_id = await self.channels[target.medium].deliver(letter)
        except NotAcceptedError:
            await self.ledger.put_back(order, PUT_BACK, at)
            raise _NotTaken(target, OccasionState.LATER, PUT_BACK) from None
        except RefusedForGoodError:
            await self.ledger.put_back(order, REFUSED, at)
            raise _NotTaken(target, OccasionState.FAILED, REFUSED) from None
        except Exception as error:  # noqa: BLE001  whatever else went wrong, it may have gone out
            activity.logger.warning("nobody knows whether a message went out (%s)", type(error).__name__)
            raise _NotTaken(target, OccasionState.UNCERTAIN, UNKNOWN, resent) from None
        sent = SendStatus(letter=order.key, state=OccasionState.SENT, channel=target.medium, to=target.person)
        outcome = await self._settle(order, sent, at, provider_id)
        return outcome.with_(left_out=tuple(part.occasion for part in whole.parts[len(order.parts) :]))

    async def _settle(self, order: SendOrder, standing: SendStatus, at: datetime, provider_id: str = "") -> SendOutcome:
        await self.ledger.settle(order, standing, at, provider_id)
        return _outcome(order, standing)

    async def _targets(self, order: SendOrder, at: datetime) -> Sequence[Target]:
        if order.audience is Audience.PATIENT:
            return await self._patient(order)
        people = await self.oncall.people(order.site, at)
        turn = order.step % len(people) if people else 0
        named = await self.oncall.person(order.first, at) if order.first else None
        ring = dict.fromkeys((*([named] if named else []), *people[turn:], *people[:turn]))
        media = [medium for medium in RINGS_FIRST if medium in self.channels]
        return [Target(medium, one.address(medium), one) for one in ring for medium in media if one.address(medium)]

    async def _patient(self, order: SendOrder) -> Sequence[Target]:
        contact = await self.contacts.of(order.patient_id)
        if contact is None:
            return ()
        allowed = [medium for medium, yes in ((Medium.EMAIL, order.email), (Medium.SMS, order.sms)) if yes]
        allowed.sort(key=lambda medium: medium is not contact.preferred)
        return [
            Target(medium, contact.address(medium))
            for medium in allowed
            if medium in self.channels and contact.address(medium)
        ]


def _in_language_of(order: SendOrder, target: Target) -> SendOrder:
    """Staff are written to in their own language, never in the patient's."""
    return order if target.person is None else order.with_(language=target.person.language)


def _letter(order: SendOrder, target: Target, written: Written) -> Letter:
    to = target.person.account_id if target.person else ""
    return Letter(
        id=sha256(f"{order.course_id}\n{order.key}\n{to}".encode()).hexdigest()[:32],
        medium=target.medium,
        to=target.to,
        subject=written.subject,
        body=written.sms if target.medium is Medium.SMS else written.body,
        sender=written.sender,
        as_of=order.as_of,
        invites=_invites(order, written) if target.medium is Medium.EMAIL else (),
    )


def _invites(order: SendOrder, written: Written) -> tuple[CalendarInvite, ...]:
    """Each visit that the message speaks of, once."""
    entries = {entry.session: entry for part in reversed(order.parts) for entry in part.calendar}
    return tuple(
        CalendarInvite(
            uid=sha256(f"{order.course_id}\n{entry.session}".encode()).hexdigest()[:32],
            sequence=entry.sequence,
            starts=entry.starts,
            ends=entry.ends,
            cancelled=entry.cancelled,
            summary=written.visit,
            place=written.place,
        )
        for entry in sorted(entries.values(), key=lambda entry: entry.starts)
    )


def _in_doubt(standing: SendStatus | None, order: SendOrder) -> bool:
    return standing is not None and standing.state is OccasionState.IN_FLIGHT and not order.resend_unsure


def _settled(standing: SendStatus | None) -> bool:
    """Whether nothing more becomes of it; what was called back may go out anew."""
    return standing is not None and standing.state.is_settled and standing.reason != OVERTAKEN


def _became(standing: SendStatus, state: OccasionState, reason: str) -> SendStatus:
    return replace(standing, state=state, reason=reason)


def _outcome(order: SendOrder, standing: SendStatus) -> SendOutcome:
    return SendOutcome(
        state=standing.state,
        at=order.as_of,
        channel=standing.channel,
        reason=standing.reason,
        to_account=standing.to.account_id if standing.to else "",
        to_name=standing.to.name if standing.to else "",
        to_role=standing.to.role if standing.to else None,
    )
