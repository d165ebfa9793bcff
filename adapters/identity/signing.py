"""The proof that an act carries: somebody signed in at this installation made exactly this, for this course.

A proof has two parts. The first is made with the installation's keys and holds wherever they are, in any later replay
too. The second is made with a secret of the clinic's store: it is checked once, before an act is taken, so that the
accounts of any other store sign nothing here.
"""

import hmac
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from temporalio.worker import Interceptor, WorkflowInboundInterceptor, WorkflowInterceptorClassInput
from typing_extensions import override

from adapters.keyring import KeyRing
from course.acts.base import BaseAct
from workflows.sign_in_check import ADMITTED, SIGNED

BETWEEN = "~"
SHOWN_BYTES = 18

AnAct = TypeVar("AnAct", bound=BaseAct)


@dataclass(frozen=True)
class Signer:
    """Signs and checks acts; without a store's secret only the installation's part is checked."""

    ring: KeyRing
    store_secret: str = ""

    def stamp(self, act: AnAct, course_id: str) -> AnAct:
        """The act with its proof, good for this course and nothing else."""
        proof = self.ring.sign(canonical(act), _purpose(course_id)) + BETWEEN + self._of_store(act, course_id)
        return act.model_copy(update={"actor": act.actor.with_(proof=proof)})

    def signed(self, act: BaseAct, course_id: str) -> bool:
        """Whether the installation's keys made the proof of exactly this act on exactly this course."""
        return self.ring.verify(canonical(act), act.actor.proof.partition(BETWEEN)[0], _purpose(course_id))

    def admitted(self, act: BaseAct, course_id: str) -> bool:
        """Whether the act is signed, by somebody of the store that this program works on."""
        of_store = act.actor.proof.partition(BETWEEN)[2].encode("utf-8", "replace")
        mine = self._of_store(act, course_id).encode()
        return self.signed(act, course_id) and (not self.store_secret or hmac.compare_digest(of_store, mine))

    def _of_store(self, act: BaseAct, course_id: str) -> str:
        tag = hmac.digest(self.store_secret.encode(), _purpose(course_id).encode() + b"\0" + canonical(act), sha256)
        return urlsafe_b64encode(tag[:SHOWN_BYTES]).decode()


class Signatures(Interceptor):
    """Lets workflows ask whether an act is signed; the first that a worker is given counts."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    @override
    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor] | None:
        input.unsafe_extern_functions.setdefault(SIGNED, self._signer.signed)
        input.unsafe_extern_functions.setdefault(ADMITTED, self._signer.admitted)
        return None


def canonical(act: BaseAct) -> bytes:
    """What a proof is over: the JSON of an act without its proof, and without what is as it is by default.

    So an act that was signed before a field was added keeps its proof.
    """
    fields = {"action": act.action, **act.model_dump(mode="json", exclude_defaults=True)}
    fields["actor"] = {name: value for name, value in fields["actor"].items() if name != "proof"}
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _purpose(course_id: str) -> str:
    return f"act on {course_id}"
