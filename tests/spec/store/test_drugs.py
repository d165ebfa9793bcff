import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from adapters.store import Store, StoreError
from adapters.store.drugs.chart_rules import Charted, Disagreement
from adapters.store.drugs.ledger import Entered
from adapters.store.drugs.ledger_rules import Move, MoveKind, Vial, syringe_sum, vial_sum
from adapters.store.people.staff import Account
from course.model.terms import Role

NOW = datetime(2026, 11, 2, 14, 30, tzinfo=UTC)
TODAY = NOW.date()
ML = st.decimals(0, 1000, places=3)


def vial(vial_id: str = "v-one", **other: object) -> Vial:
    """Ten mL of 50 mg/mL, multi-dose."""
    plain = Vial(
        vial_id, "northside", "ketamine hydrochloride", "injection", "12345-678-90", "LOT7", Decimal(50), Decimal(10),
        date(2027, 6, 30), multi_dose=True, received_at=NOW,
    )  # fmt: skip
    return replace(plain, **other)  # type: ignore[arg-type]


def move(kind: MoveKind, ml: str | Decimal, request: str, **other: object) -> Move:
    """An entry of a nurse's."""
    plain = Move(kind, Decimal(ml), NOW, NOW, account_id="ortiz", request_id=f"request-{request}")
    return replace(plain, **other)  # type: ignore[arg-type]


@pytest.fixture
async def stocked(store: Store) -> Store:
    """Three people and one multi-dose vial."""
    for one, role in (("ortiz", Role.NURSE), ("haas", Role.NURSE), ("lee", Role.PRESCRIBER)):
        await store.staff.add(Account(one, one.title(), role, "northside", f"{one}@clinic.example"), "hash")
    await receive(store, vial())
    return store


async def receive(store: Store, one: Vial) -> Vial:
    """Take a vial into stock."""
    received = move(MoveKind.RECEIVED, one.volume_ml, f"receive-{one.vial_id}", at=one.received_at)
    return await store.drugs.receive(one, received, TODAY)


async def draw(store: Store, ml: str, request: str, patient: str = "p-one", **other: object) -> Entered:
    """Draw from the one vial for somebody's session."""
    fields = {"vial_id": "v-one", "course_id": f"c-{patient}", "session_id": "s1", "patient_id": patient, **other}
    return await store.drugs.enter(move(MoveKind.DRAWN, ml, request, **fields), TODAY)


async def of_syringe(store: Store, kind: MoveKind, syringe: str, ml: str, request: str, **other: object) -> Entered:
    """Give, waste or count what is in a syringe."""
    return await store.drugs.enter(move(kind, ml, request, syringe_id=syringe, **other), TODAY)


@given(st.lists(st.tuples(st.sampled_from(MoveKind), ML)))
def test_nothing_is_lost_from_the_sums(value: list[tuple[MoveKind, Decimal]]) -> None:
    """Whatever is written down: what came in is what went out, is left, or is a discrepancy, to the last digit."""
    moves = [move(kind, ml, str(number)) for number, (kind, ml) in enumerate(value)]
    ours = vial_sum(one for one in moves if one.kind not in {MoveKind.GIVEN, MoveKind.WASTED})
    assert ours.contents == ours.drawn + ours.discarded + ours.left + ours.discrepancy
    mine = syringe_sum(one for one in moves if one.kind not in {MoveKind.RECEIVED, MoveKind.DISCARDED})
    assert mine.drawn == mine.given + mine.wasted + mine.left + mine.discrepancy
    assert min(ours.left, mine.left) >= 0


@given(ML, ML, ML)
def test_a_discrepancy_is_what_a_count_lacks(contents: Decimal, drawn: Decimal, seen: Decimal) -> None:
    """A count is believed: afterwards as much is left as was seen, and what that lacks is missing."""
    drawn = min(contents, drawn)
    received = move(MoveKind.RECEIVED, contents, "1")
    counted = vial_sum((received, move(MoveKind.DRAWN, drawn, "2"), move(MoveKind.COUNTED, seen, "3")))
    assert (counted.left, counted.discrepancy) == (seen, contents - drawn - seen)


async def test_a_vial_shared_and_a_spill(stocked: Store) -> None:
    """Two patients out of one vial, a witnessed spill, a count that finds 0.15 mL missing, owned and signed off."""
    first = await draw(stocked, "1.4", "draw-1")
    second = await draw(stocked, "1.000", "draw-2", patient="p-two")
    assert (first.move.mg, second.vial_left) == (Decimal(70), Decimal("7.6"))
    await of_syringe(stocked, MoveKind.GIVEN, first.move.syringe_id, "1.4", "give-1")
    given_ = await of_syringe(stocked, MoveKind.GIVEN, second.move.syringe_id, "0.75", "give-2")
    spilt = await of_syringe(
        stocked, MoveKind.WASTED, second.move.syringe_id, "0.25", "waste-2", witness="lee", reason="spilt on the tray"
    )
    assert (given_.syringe_left, spilt.syringe_left) == (Decimal("0.25"), Decimal(0))
    assert spilt.discrepancy is None
    counted = await stocked.drugs.enter(move(MoveKind.COUNTED, "7.45", "count-1", vial_id="v-one"), TODAY)
    found = counted.discrepancy
    assert found is not None
    assert (found.ml, found.mg, found.owner) == (Decimal("0.15"), Decimal("7.5"), "ortiz")
    assert found.due == NOW + timedelta(hours=24)
    assert await stocked.drug_log.discrepancies("northside") == (found,)
    with pytest.raises(StoreError, match="resolved with a reason"):
        await stocked.drugs.resolve(found.discrepancy_id, "lee", " ", NOW)
    await stocked.drugs.resolve(found.discrepancy_id, "lee", "dead space of two needles", NOW)
    with pytest.raises(StoreError, match="no open discrepancy"):
        await stocked.drugs.resolve(found.discrepancy_id, "lee", "again", NOW)
    assert await stocked.drug_log.discrepancies() == ()
    assert (await stocked.drug_log.discrepancies(open_only=False))[0].resolved_by == "lee"
    lines = await stocked.drug_log.syringes(NOW, NOW + timedelta(hours=1), "northside")
    assert {(one.patient_id, one.sum.given, one.witnesses) for one in lines} == {
        ("p-one", Decimal("1.4"), ()),
        ("p-two", Decimal("0.75"), ("lee",)),
    }
    (stock,) = await stocked.drug_log.vials("northside")
    assert (stock.sum.left, stock.sum.discrepancy, stock.vial.opened_at) == (Decimal("7.45"), Decimal("0.15"), NOW)


async def test_a_discrepancy_never_blocks(stocked: Store) -> None:
    """More given than was drawn is recorded, and so is less; what is left on paper shows up a day later."""
    one, two = await draw(stocked, "1", "draw-1"), await draw(stocked, "1", "draw-2")
    over = await of_syringe(stocked, MoveKind.GIVEN, one.move.syringe_id, "1.1", "give-1")
    assert over.discrepancy is not None
    assert over.discrepancy.ml == Decimal("-0.1")
    await of_syringe(stocked, MoveKind.GIVEN, two.move.syringe_id, "0.8", "give-2")
    assert await stocked.drug_log.unaccounted(NOW + timedelta(hours=25)) == (two.move.syringe_id,)
    empty = await of_syringe(stocked, MoveKind.COUNTED, two.move.syringe_id, "0", "count-2")
    assert empty.discrepancy is not None
    assert empty.discrepancy.ml == Decimal("0.2")
    assert await stocked.drug_log.unaccounted(NOW + timedelta(hours=25)) == ()


async def test_a_vial_is_not_used_beyond_its_rules(stocked: Store) -> None:
    """Not past expiry, not 28 days after opening, not for a second patient if single-dose, not beyond what is left."""
    await receive(stocked, vial("v-single", multi_dose=False))
    await receive(stocked, vial("v-old", expires_on=TODAY))
    await draw(stocked, "1", "single-1", vial_id="v-single")
    await draw(stocked, "1", "single-2", vial_id="v-single")
    await draw(stocked, "1", "first")
    on_the_day = NOW + timedelta(days=28)
    tomorrow = TODAY + timedelta(days=1)
    wasting = {"vial_id": "v-one", "witness": "ortiz"}
    for wanted, today, sentence in (
        (move(MoveKind.DRAWN, "1", "1", vial_id="v-single", patient_id="p-two"), TODAY, "has served another patient"),
        (move(MoveKind.DRAWN, "9.001", "2", vial_id="v-one"), TODAY, "holds 9 mL: draw no more, or count it first"),
        (move(MoveKind.DRAWN, "1", "3", vial_id="v-old"), tomorrow, "expired on 2026-11-02"),
        (move(MoveKind.DRAWN, "1", "4", vial_id="v-one", at=on_the_day, made_at=on_the_day), TODAY, "28 days ago"),
        (move(MoveKind.DRAWN, "1", "5", vial_id="v-none"), TODAY, "There is no vial v-none"),
        (move(MoveKind.DRAWN, "0", "6", vial_id="v-one"), TODAY, "more than 0"),
        (move(MoveKind.DRAWN, "-1", "7", vial_id="v-one"), TODAY, "more than 0"),
        (move(MoveKind.DRAWN, "NaN", "8", vial_id="v-one"), TODAY, "more than 0"),
        (move(MoveKind.DRAWN, "0.0001", "9", vial_id="v-one"), TODAY, "at most 3 decimals"),
        (move(MoveKind.DRAWN, "1", "10", vial_id="v-one", at=on_the_day), TODAY, "cannot lie in the future"),
        (move(MoveKind.GIVEN, "1", "11", syringe_id="y-none"), TODAY, "There is no syringe y-none"),
        (move(MoveKind.DISCARDED, "9", "12", vial_id="v-one"), TODAY, "name a witness"),
        (move(MoveKind.DISCARDED, "9", "13", **wasting), TODAY, "A witness is never who gives or destroys"),
    ):
        with pytest.raises(StoreError, match=sentence):
            await stocked.drugs.enter(wanted, today)
    just_before = on_the_day - timedelta(microseconds=1)
    await draw(stocked, "9", "last", at=just_before, made_at=just_before)
    await stocked.drugs.enter(move(MoveKind.DISCARDED, "0", "thrown", vial_id="v-one", made_at=just_before), TODAY)
    with pytest.raises(StoreError, match="was discarded: take another"):
        await draw(stocked, "1", "late")


@pytest.mark.parametrize(
    ("session", "later", "sentence"),
    [
        ("s2", timedelta(days=2), "has served another session of this patient"),
        ("s2", timedelta(days=200), "has served another session of this patient"),
        ("s2", timedelta(), "has served another session of this patient"),
        ("s1", timedelta(hours=12), "was opened 12 hours ago or more"),
        ("s1", timedelta(days=2), "was opened 12 hours ago or more"),
    ],
)
async def test_a_single_dose_vial_is_one_patient_and_one_session(
    stocked: Store, session: str, later: timedelta, sentence: str
) -> None:
    """Two syringes of one session may come out of it; nothing for a later session, nothing half a day on."""
    await receive(stocked, vial("v-single", multi_dose=False))
    fields = {"vial_id": "v-single", "session_id": "s1"}
    await draw(stocked, "1", "first", **fields)
    soon = NOW + timedelta(hours=11)
    assert (await draw(stocked, "1", "second", **fields, at=soon, made_at=soon)).vial_left == Decimal(8)
    when = NOW + later
    again: dict[str, Any] = {**fields, "session_id": session, "at": when, "made_at": when}
    with pytest.raises(StoreError, match=sentence):
        await draw(stocked, "1", "again", **again)
    (left,) = [one.sum.left for one in await stocked.drug_log.vials() if one.vial.vial_id == "v-single"]
    assert left == Decimal(8)


async def test_a_witness_is_never_the_administrator(stocked: Store) -> None:
    """Neither by wasting what one gave, nor by giving what one saw wasted, nor past the program."""
    syringe = (await draw(stocked, "1", "draw")).move.syringe_id
    await of_syringe(stocked, MoveKind.GIVEN, syringe, "0.5", "give")
    with pytest.raises(StoreError, match="never who gives"):
        await of_syringe(stocked, MoveKind.WASTED, syringe, "0.1", "waste-1", account_id="haas", witness="ortiz")
    await of_syringe(stocked, MoveKind.WASTED, syringe, "0.1", "waste-2", account_id="haas", witness="lee")
    with pytest.raises(StoreError, match="You witnessed the waste"):
        await of_syringe(stocked, MoveKind.GIVEN, syringe, "0.1", "give-2", account_id="lee")
    copy = text(
        "insert into drug_moves (vial_id, at, kind, syringe_id, ml, mg, course_id, session_id, patient_id, account_id,"
        " witness, reason, made_at, request_id) select vial_id, at, kind, syringe_id, ml, mg, course_id, session_id,"
        " patient_id, account_id, account_id, reason, made_at, 'request-copy' from drug_moves where kind = 'wasted'"
    )
    for change in (copy, text("update drug_moves set ml = '9'"), text("delete from drug_moves")):
        with pytest.raises(DBAPIError):
            async with stocked.database.writing() as connection:
                await connection.execute(change)


async def test_the_same_request_is_one_entry(stocked: Store) -> None:
    """Again it is answered as before, with another amount it is refused; of many at once the vial gives what it has."""
    first = await draw(stocked, "1", "same")
    again = await draw(stocked, "1.0", "same")
    assert (again.move, again.repeated) == (first.move, True)
    with pytest.raises(StoreError, match="Request request-same was used for another entry"):
        await draw(stocked, "2", "same")
    once_more = move(MoveKind.RECEIVED, "10", "receive-v-one")
    assert (await stocked.drugs.receive(vial("v-two"), once_more, TODAY)).vial_id == "v-one"
    tried = await asyncio.gather(*(draw(stocked, "2.5", f"at-once-{one}") for one in range(6)), return_exceptions=True)
    assert [type(one) for one in tried].count(Entered) == 3
    (stock,) = await stocked.drug_log.vials()
    assert stock.sum.left == Decimal("1.5")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"ndc": "ketamine"}, "The NDC is three numbers"),
        ({"lot": "a b"}, "The lot is letters"),
        ({"mg_per_ml": Decimal(0)}, "The concentration is more than 0"),
        ({"volume_ml": Decimal("0.0001")}, "at most 3 decimals"),
        ({"expires_on": date(2026, 11, 1)}, "expired on 2026-11-01"),
    ],
)
async def test_a_label_that_cannot_be_is_refused(stocked: Store, wrong: dict[str, object], sentence: str) -> None:
    """What the label of a vial cannot say is not taken into stock."""
    with pytest.raises(StoreError, match=sentence):
        await receive(stocked, vial("v-new", **wrong))


async def test_an_address_is_sealed_and_replaced(stocked: Store) -> None:
    """One address a patient, the newest; the table holds it as ciphertext only."""
    patient = (await stocked.directory.add_patient("Ada Example", date(1980, 1, 1))).patient_id
    for street in ("1 Elm Street", "2  Oak\nLane"):
        await stocked.drug_log.put_address(patient, street)
    assert await stocked.drug_log.addresses((patient,)) == {patient: "2 Oak Lane"}
    async with stocked.database.reading() as connection:
        raw = (await connection.execute(text("select address from addresses"))).scalar_one()
    assert b"Oak" not in bytes(raw)


async def chart(store: Store, mg: str, at: datetime = NOW) -> list[tuple[str, str]]:
    """Chart one dose of the patient's, or none; what is open then, and whose it is."""
    doses = [Charted("s1", "northside", Decimal(mg), at, "haas")] if Decimal(mg) else []
    await store.chart.chart("c-p-one", doses, at)
    return [(one.sentence, one.owner) for one in await store.chart.open()]


async def test_a_chart_and_a_ledger_that_differ_are_owned(stocked: Store) -> None:
    """Drawn and not charted is the drawer's, another amount the charter's; the same amounts stay resolved."""
    syringe = (await draw(stocked, "0.7", "draw")).move.syringe_id
    assert await chart(stocked, "0") == [("35 mg drawn for s1, 0 mg given; the chart has no dose", "ortiz")]
    (drawn,) = await stocked.chart.open()
    assert (drawn.waits(NOW), drawn.waits(NOW + timedelta(hours=24)), drawn.due) == (
        True, False, NOW + timedelta(hours=24)
    )  # fmt: skip
    await of_syringe(stocked, MoveKind.GIVEN, syringe, "0.4", "give")
    differs = await of_syringe(stocked, MoveKind.WASTED, syringe, "0.3", "waste", witness="lee")
    assert [one.kind for one in differs.chart] == [Disagreement.NOT_CHARTED]
    sentence = "the chart says 35 mg given in s1, the ledger 20 mg given and 15 mg wasted"
    assert await chart(stocked, "35") == [(sentence, "ortiz")]
    assert await chart(stocked, "20.04") == []
    later = NOW + timedelta(hours=30)
    assert await chart(stocked, "35", later) == [(sentence, "haas")]
    (found,) = await stocked.chart.open()
    assert await stocked.chart.resolve(found.discrepancy_id, "lee", "a pump that lost 15 mg", later)
    assert not await stocked.chart.resolve(found.discrepancy_id, "lee", "again", later)
    assert await chart(stocked, "35", later) == []
    assert await chart(stocked, "34", later) == [(sentence.replace("35", "34"), "haas")]
    assert await stocked.chart.to_read() == {"c-p-one"}


async def test_what_is_drawn_and_all_wasted_needs_no_dose(stocked: Store) -> None:
    """Nor is a syringe of another drug part of a dose; what only waited for its chart leaves no row."""
    await receive(stocked, vial("v-midazolam", drug="midazolam"))
    await draw(stocked, "1", "calm", vial_id="v-midazolam")
    syringe = (await draw(stocked, "1", "draw")).move.syringe_id
    assert len(await stocked.chart.open()) == 1
    await of_syringe(stocked, MoveKind.WASTED, syringe, "1", "waste", witness="lee")
    assert (await stocked.chart.open(), await stocked.chart.of_course("c-p-one")) == ((), ())
    assert await chart(stocked, "5") == [
        ("the chart says 5 mg given in s1, the ledger 0 mg given and 50 mg wasted", "haas")
    ]
