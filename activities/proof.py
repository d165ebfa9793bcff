"""Proves every night that nobody has disappeared, and mails the proof to ops."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ports import Channel, Letter, Medium, NotAcceptedError, Person, RefusedForGoodError
from course.model.base import Carried, Instant
from course.views.evidence import ProofEvidence
from course.views.proof import Proof, ProofFault, prove

SENDER = "Structured Treatments"
LISTED_MOST = 2_000
"""So many open courses stand in one letter; the command shows all."""


class ProofOrder(Carried):
    """For which instant to prove it; a schedule leaves that to the workflow's clock."""

    as_of: Instant | None = None


class ProofDone(Carried):
    """What a night's proof came to."""

    open: int = 0
    exceptions: int = 0
    mailed: int = 0


class Evidence(Protocol):
    """Where lists, the server and the ledgers are read."""

    async def gather(self, at: datetime) -> ProofEvidence:
        """Everything that the proof stands on."""
        ...

    async def close(self, courses: Sequence[str], at: datetime) -> None:
        """Write into the directory that these courses have ended in good order."""
        ...

    async def keep(self, proof: Proof) -> None:
        """Put into the log that it was proved, and what came of it."""
        ...

    async def ops(self) -> Sequence[Person]:
        """Who reads the proof: enabled ops accounts."""
        ...


class Prover:
    """Builds the report that `starter.py proof` shows, and mails it."""

    def __init__(self, evidence: Evidence, channels: Mapping[Medium, Channel]) -> None:
        self._evidence = evidence
        self._channels = channels

    @activity.defn
    async def prove_nobody_is_missing(self, order: ProofOrder) -> ProofDone:
        """Prove, close in the directory what has ended in good order, and mail; a second try may mail twice."""
        at = order.as_of or activity.info().started_time
        proof = prove(await self._evidence.gather(at))
        await self._evidence.close(proof.completed, at)
        await self._evidence.keep(proof)
        tell_monitoring(proof)
        mailed = await self._mail(proof)
        return ProofDone(open=len(proof.open), exceptions=len(proof.exceptions), mailed=mailed)

    async def _mail(self, proof: Proof) -> int:
        channel, mailed = self._channels.get(Medium.EMAIL), 0
        readers = [one for one in await self._evidence.ops() if one.email] if channel is not None else []
        if channel is None or not readers:
            activity.logger.warning("nobody can be mailed the proof: give an ops account an address")
            return 0
        for reader in readers:
            try:
                await channel.deliver(letter(proof, reader))
            except NotAcceptedError:
                raise ApplicationError("the proof was not accepted: it is tried again", type="NotAccepted") from None
            except RefusedForGoodError:
                activity.logger.warning("the address of an ops account was refused for good")
                continue
            mailed += 1
        return mailed


def tell_monitoring(proof: Proof) -> None:
    """Each exception in the log, by opaque ids; how many there are of each kind in the gauge `proof_exceptions`."""
    for one in proof.exceptions:
        activity.logger.warning("exception of the proof: %s, %s", one.subject, one.kind)
    gauge = activity.metric_meter().create_gauge("proof_exceptions", "Exceptions of the last proof, by kind.")
    for kind in ProofFault:
        gauge.set(sum(one.kind is kind for one in proof.exceptions), {"kind": kind})


def letter(proof: Proof, reader: Person) -> Letter:
    """The proof as one letter to one of ops; it holds opaque ids only."""
    wrong = len(proof.exceptions)
    verdict = f"{wrong} exception{'s' if wrong > 1 else ''}" if wrong else "nobody is missing"
    key = f"proof\n{proof.at.isoformat()}\n{reader.account_id}"
    return Letter(
        id=sha256(key.encode()).hexdigest()[:32],
        medium=Medium.EMAIL,
        to=reader.email,
        subject=f"Proof of {proof.at:%Y-%m-%d}: {verdict}",
        body="\n".join(_lines(proof)) + "\n",
        sender=SENDER,
        as_of=proof.at,
    )


def _lines(proof: Proof) -> Iterator[str]:
    yield f"Proof of {proof.at:%Y-%m-%d %H:%M} UTC: {len(proof.open)} open, {len(proof.exceptions)} exceptions."
    yield ""
    yield "EXCEPTIONS" if proof.exceptions else "No exceptions."
    yield from (f"{one.subject}  {one.kind}: {one.sentence}" for one in proof.exceptions)
    yield ""
    yield "OPEN COURSES, what is due next"
    for one in proof.open[:LISTED_MOST]:
        due = f"{one.due:%Y-%m-%d %H:%M}" if one.due is not None else "-" * 16
        yield f"{due}  {one.course_id}  {one.site}  {one.phase or 'no phase'}  {one.what}"
    if len(proof.open) > LISTED_MOST:
        yield f"and {len(proof.open) - LISTED_MOST} more: starter.py proof"
