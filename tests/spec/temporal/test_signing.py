from datetime import UTC, datetime
from decimal import Decimal

from adapters.identity.signing import Signer
from adapters.keyring import KeyRing
from course.acts.catalogue import ActEnvelope
from course.acts.room import AbortSession
from course.model.parts import Actor
from course.model.signing import Ed25519Signature
from course.model.terms import Role

NOW = datetime(2026, 11, 2, 14, tzinfo=UTC)
COURSE = "c-0123456789"
RING = KeyRing.generate()
SIGNER = Signer(RING, "the secret of the clinic's store")
ACT = AbortSession(
    request_id="request-1",
    actor=Actor(account_id="lee", name="Dr Lee", role=Role.PRESCRIBER),
    made_at=NOW,
    session="s1",
    started_at=NOW,
    minutes=12,
    mg=Decimal("10.50"),
    reason="dizzy",
)


def test_a_stamp_proves_exactly_what_was_done() -> None:
    """It holds for the act, for what a history carries of it, and after the keys are rotated; any change breaks it."""
    stamped = SIGNER.stamp(ACT, COURSE)
    carried = ActEnvelope.model_validate_json(ActEnvelope(act=stamped).model_dump_json()).act
    for one in (stamped, carried):
        assert SIGNER.admitted(one, COURSE)
        assert Signer(RING.rotated()).signed(one, COURSE)
    other = Actor(account_id="okafor", name="Dr Okafor", role=Role.PRESCRIBER, proof=stamped.actor.proof)
    for forged in (
        ACT,
        stamped.model_copy(update={"mg": Decimal("10.51")}),
        stamped.model_copy(update={"actor": other}),
        stamped.model_copy(update={"reason": ""}),
        stamped.model_copy(update={"actor": ACT.actor.with_(proof="forged")}),
    ):
        assert not SIGNER.signed(forged, COURSE)
    assert not Signer(KeyRing.generate()).signed(stamped, COURSE)


def test_a_stamp_holds_for_the_signature_that_the_act_came_with() -> None:
    """Neither can be taken away, or exchanged, alone."""
    mine, other = [Ed25519Signature(key_id="0123456789abcdef", value=value) for value in ("AAAA", "BBBB")]
    signed = ACT.model_copy(update={"actor": ACT.actor.with_(signature=mine)})
    stamped = SIGNER.stamp(signed, COURSE)
    assert SIGNER.signed(stamped, COURSE)
    for signature in (None, other):
        changed = stamped.actor.with_(signature=signature)
        assert not SIGNER.signed(stamped.model_copy(update={"actor": changed}), COURSE)


def test_a_stamp_is_good_for_one_course() -> None:
    """The same act on another course needs a signature of its own."""
    assert not SIGNER.signed(SIGNER.stamp(ACT, COURSE), "c-9876543210")


def test_accounts_of_another_store_sign_nothing_here() -> None:
    """Whoever has the keys and a store of their own passes for nobody; a replay, which knows no store, is the same."""
    elsewhere = Signer(RING, "the secret of somebody's own store").stamp(ACT, COURSE)
    assert not SIGNER.admitted(elsewhere, COURSE)
    assert SIGNER.signed(elsewhere, COURSE)
