"""What a signature under an act is worth, told from the public keys of the log alone."""

import base64
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.identity.act_statement import statement
from adapters.store.log.entries import Entry
from audit.key_book import KEYS, STAFF, KeyBook
from audit.signatures import SignatureState, State, signature_state, signature_states

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
COURSE = "c-0123456789"
LEE, OKAFOR = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
PEOPLE = {"lee": ("Dr Lee", "prescriber", LEE), "okafor": ("Dr Okafor", "prescriber", OKAFOR)}

Tampering = Callable[[dict[str, Any]], object]


def enrolment(key_id: str, account: str, private: Ed25519PrivateKey, at: datetime, **more: str) -> Entry:
    """The log's entry of a key."""
    public = base64.b64encode(private.public_key().public_bytes_raw()).decode()
    says = {"key_id": key_id, "account_id": account, "algorithm": "ed25519", "public_key": public, "revoked_at": None}
    return Entry(KEYS, key_id, at, {**says, **more})


def role(account: str, name: str, at: datetime, *, disabled: bool = False) -> Entry:
    """The log's entry of an account."""
    return Entry(STAFF, account, at, {"account_id": account, "role": name, "disabled": disabled})


ENTRIES = (
    role("lee", "prescriber", NOW - timedelta(days=9)),
    role("okafor", "prescriber", NOW - timedelta(days=9)),
    enrolment("k-lee", "lee", LEE, NOW - timedelta(days=8)),
    enrolment("k-okafor", "okafor", OKAFOR, NOW - timedelta(days=8)),
)


def book_of(*more: Entry) -> KeyBook:
    """What the log tells, after these entries too."""
    return KeyBook.of(enumerate((*ENTRIES, *more)))


def signed(act: dict[str, Any], person: str, key_id: str, private: Ed25519PrivateKey) -> dict[str, Any]:
    """The act with the signature of its author, or of the second person."""
    value = base64.b64encode(private.sign(statement(COURSE, act, key_id))).decode()
    given = {"algorithm": "ed25519", "key_id": key_id, "value": value}
    return {**act, person: {**act[person], "signature": given}}


def actor(account: str) -> dict[str, Any]:
    """An author as an act names one."""
    name, held, _ = PEOPLE[account]
    return {"account_id": account, "name": name, "role": held, "via": "cli", "proof": "k.abc~def"}


BARE: dict[str, Any] = {
    "action": "discharge",
    "request_id": "r-00000001",
    "actor": actor("lee"),
    "made_at": "2027-03-01T09:00:00Z",
    "effective_at": None,
    "reason": "as agreed",
    "cause": "discharged",
    "total": 14.5,
}
ACT = signed(BARE, "actor", "k-lee", LEE)


def judged(act: dict[str, Any], book: KeyBook | None = None, course: str = COURSE) -> SignatureState:
    """What the author's signature is worth."""
    return signature_state(course, act, NOW, book or book_of())


def test_a_signature_names_its_author_the_key_and_where_the_log_has_it() -> None:
    """And it holds whatever proof of the installation stands beside it."""
    assert judged(ACT).shown == "signed by Dr Lee's key k-lee (log index 2)"
    assert judged({**ACT, "actor": {**ACT["actor"], "proof": "another"}}).state is State.SIGNED


def _set(path: str, value: object) -> Tampering:
    *outer, last = path.split(".")

    def tamper(act: dict[str, Any]) -> None:
        inner = act
        for name in outer:
            inner = inner[name]
        inner[last] = value

    return tamper


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(_set("reason", "as agreed."), id="altered reason"),
        pytest.param(_set("cause", "died"), id="altered content"),
        pytest.param(_set("total", 14.25), id="altered amount"),
        pytest.param(_set("action", "withdraw"), id="copied to another kind of act"),
        pytest.param(_set("request_id", "r-00000002"), id="copied to another request"),
        pytest.param(_set("made_at", "2027-02-01T09:00:00Z"), id="back-dated"),
        pytest.param(_set("effective_at", "2027-02-01T09:00:00Z"), id="said to have been earlier"),
        pytest.param(_set("sure", value=True), id="something added"),
        pytest.param(_set("actor.name", "Dr Okafor"), id="another name"),
        pytest.param(_set("actor.account_id", "okafor"), id="another account"),
        pytest.param(_set("actor.via", "console"), id="another way"),
        pytest.param(_set("actor.signature.key_id", "k-okafor"), id="another's key named"),
        pytest.param(_set("actor.signature.key_id", "k-nobody"), id="a key that is not in the log"),
        pytest.param(_set("actor.signature.value", "AAAA"), id="no signature at all"),
        pytest.param(_set("actor.signature.value", "\u00e9"), id="no base64"),
        pytest.param(_set("actor.signature.algorithm", "none"), id="another algorithm"),
        pytest.param(lambda act: act.pop("reason"), id="something left out"),
    ],
)
def test_whatever_is_changed_under_a_signature_shows(tamper: Tampering) -> None:
    """No member of an act can be altered, added, left out or moved."""
    act = deepcopy(ACT)
    tamper(act)
    assert judged(act).state is State.WRONG


def test_a_signature_is_good_for_one_course() -> None:
    """The same act on another course of the patient is one that nobody signed."""
    assert judged(ACT, course="c-9876543210").state is State.WRONG


def test_an_act_signed_again_by_somebody_else_shows_whose_key_it_was() -> None:
    """Dr Okafor's key under an act in Dr Lee's name."""
    found = judged(signed(BARE, "actor", "k-okafor", OKAFOR))
    assert (found.state, found.why) == (State.WRONG, "key k-okafor is okafor's, the act names lee")


def test_a_key_that_only_the_store_knows_signs_nothing() -> None:
    """Whoever owns the store can put a key there; the log has none such, or two that stand at once."""
    forged = Ed25519PrivateKey.generate()
    act = signed(BARE, "actor", "k-forged", forged)
    assert judged(act).why == "the log has no key k-forged"
    beside = book_of(enrolment("k-forged", "lee", forged, NOW - timedelta(days=1)))
    assert judged(act, beside).why == "key k-forged was enrolled while k-lee stood"
    assert judged(ACT, beside).state is State.SIGNED


def test_a_public_half_that_is_swapped_later_changes_nothing() -> None:
    """What an enrolment said stands, whatever a later entry of the same key says."""
    forged = Ed25519PrivateKey.generate()
    swapped = book_of(enrolment("k-lee", "lee", forged, NOW - timedelta(days=1)))
    assert judged(signed(BARE, "actor", "k-lee", forged), swapped).state is State.WRONG
    assert judged(ACT, swapped).state is State.SIGNED


@pytest.mark.parametrize(("before_min", "state"), [(1, State.REVOKED), (-1, State.SIGNED)])
def test_a_revoked_key_signs_nothing_from_then_on(before_min: int, state: State) -> None:
    """What it signed before stands."""
    at = NOW - timedelta(minutes=before_min)
    revoked = book_of(enrolment("k-lee", "lee", LEE, at, revoked_at="2027-03-01T08:59:00.000000Z"))
    found = judged(ACT, revoked)
    assert found.state is state
    assert ("(log index 4)" in found.why) is (state is State.REVOKED)


def test_a_new_key_after_a_revocation_stands() -> None:
    """The next one is enrolled once the one before is revoked; it signs nothing that was taken before it."""
    new = Ed25519PrivateKey.generate()
    revoked = enrolment("k-lee", "lee", LEE, NOW - timedelta(days=2), revoked_at="2027-02-27T09:00:00.000000Z")
    act = signed(BARE, "actor", "k-lee2", new)
    assert judged(act, book_of(revoked, enrolment("k-lee2", "lee", new, NOW - timedelta(days=1)))).log_index == 5
    late = judged(act, book_of(revoked, enrolment("k-lee2", "lee", new, NOW + timedelta(days=1))))
    assert late.why == "key k-lee2 was enrolled after the act was taken"


def test_an_act_out_of_role_is_shown_as_such() -> None:
    """A role that the account did not have then, and one that may not do this."""
    demoted = book_of(role("lee", "nurse", NOW - timedelta(days=1)))
    assert judged(ACT, demoted).why == "lee was nurse, the act says prescriber"
    gone = book_of(role("lee", "prescriber", NOW - timedelta(days=1), disabled=True))
    assert judged(ACT, gone).why == "lee was disabled, the act says prescriber"
    nurse = signed({**BARE, "actor": {**actor("lee"), "role": "nurse"}}, "actor", "k-lee", LEE)
    assert judged(nurse).state is State.OUT_OF_ROLE
    assert judged(nurse, demoted).why == "the role nurse may not do this"
    assert judged(ACT, book_of(role("lee", "nurse", NOW + timedelta(days=1)))).state is State.SIGNED


def test_a_bare_client_stands_out_from_what_is_only_unsigned() -> None:
    """An act of before there were keys has the installation's proof; one from a bare client has none."""
    assert judged(BARE).state is State.UNSIGNED
    nothing = {**BARE, "actor": {**BARE["actor"], "proof": ""}}
    assert judged(nothing).shown == "a bare client: no proof at all"
    assert judged({"action": "note"}).state is State.BARE


def test_the_second_person_signs_the_same_act() -> None:
    """Both signatures hold on their own; neither stands for the other."""
    both = signed({**BARE, "second": {**actor("okafor"), "proof": ""}}, "actor", "k-lee", LEE)
    both = signed(both, "second", "k-okafor", OKAFOR)
    states = [one.state for one in signature_states(COURSE, both, NOW, book_of())]
    assert states == [State.SIGNED, State.SIGNED]
    swapped = {**both, "second": {**both["second"], "signature": both["actor"]["signature"]}}
    states = [one.state for one in signature_states(COURSE, swapped, NOW, book_of())]
    assert states == [State.SIGNED, State.WRONG]
