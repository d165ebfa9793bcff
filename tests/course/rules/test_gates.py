"""Which gates stand against treatment, when, and who may mend them."""

from datetime import timedelta

import pytest

from course.actions import Refused
from course.model.base import days
from course.model.protocol.gate import Gate
from course.model.terms import Action, GateAnswer, GateKind, Phase, Role
from course.rules.clearance import why_not_clear
from course.rules.gates import gate_problems
from tests.support.life import Life
from tests.support.ready import (
    DECLINED,
    FITTING,
    NO,
    PENDING,
    YES,
    answered_well,
    baseline_acts,
    gate_acts,
    ready,
    state,
)
from tests.support.records import DEPRESSION, FIRST, infused
from tests.support.stories import enrolled

NOW = FIRST
GATES = [gate for gate in DEPRESSION.gates if not gate.optional] + [
    Gate(id="trials", text="Two failed trials", kind=GateKind.REQUIRED)
]


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.id)
@pytest.mark.parametrize("answer", [None, *GateAnswer], ids=str)
def test_each_gate_alone_lets_through_what_its_kind_allows(gate: Gate, answer: GateAnswer | None) -> None:
    """One gate that does not fit blocks clearance, names itself, and says who may mend it."""
    whole = ready().with_(protocol=DEPRESSION.with_(gates=(*DEPRESSION.gates, GATES[-1])))
    gates = {**answered_well(whole), gate.id: state(answer) if answer else None}
    record = whole.with_(gates={name: one for name, one in gates.items() if one is not None})
    problems = gate_problems(record, NOW)
    if answer in FITTING[gate.kind]:
        assert problems == ()
        return
    (problem,) = problems
    assert problem.gate == gate.id
    assert problem.sentence in why_not_clear(record, NOW)
    override = gate.kind is GateKind.RELATIVE and answer is YES
    assert problem.by == ((Role.PRESCRIBER,) if override else gate.by)


def test_a_consent_expires_and_a_flag_does_not() -> None:
    """An answer counts until the instant of its expiry."""
    for gate, blocks in (("consent-treatment", True), ("lamotrigine", False), ("urine-drug-screen", True)):
        fits = ready().gates[gate]
        last = ready().with_(gates={**ready().gates, gate: fits.with_(expires=NOW + timedelta(seconds=1))})
        over = ready().with_(gates={**ready().gates, gate: fits.with_(expires=NOW)})
        assert gate_problems(last, NOW) == ()
        assert bool(gate_problems(over, NOW)) is blocks


@pytest.mark.parametrize(
    ("gate", "answer", "blocks"),
    [
        ("messages-email", None, False),
        ("messages-email", NO, False),
        ("messages-sms", DECLINED, False),
    ],
)
def test_what_is_optional_counts_once_it_applies(gate: str, answer: GateAnswer | None, blocks: bool) -> None:
    """Messages are never a condition of treatment; a test that was ordered must be back and well."""
    gates = {name: one for name, one in ready().gates.items() if name != gate}
    record = ready().with_(gates=gates | ({gate: state(answer)} if answer else {}))
    assert bool(gate_problems(record, NOW)) is blocks
    assert bool(why_not_clear(record, NOW)) is blocks


@pytest.mark.parametrize("gate", ["pregnancy-test", "ecg"])
def test_a_test_is_done_or_it_is_said_why_not(gate: str) -> None:
    """Without an answer nobody signs; declined takes a reason, and that stands when a result would have expired."""
    life = cleared(but=gate)
    with pytest.raises(Refused, match=f"gate {gate} is not answered: it takes a nurse or prescriber, or why not"):
        life.do("clear")
    with pytest.raises(Refused, match="was not done: say why not"):
        life.do("gate", Role.NURSE, gate=gate, answer="declined")
    life.do("gate", Role.NURSE, gate=gate, answer="no")
    with pytest.raises(Refused, match="treatment needs yes, or declined with why not"):
        life.do("clear")
    life.do("gate", Role.NURSE, gate=gate, answer="declined", reason="does not apply: hysterectomy in 2019")
    life.do("clear")
    later = [one.gate for one in gate_problems(life.record, life.now + timedelta(days=366))]
    assert gate not in later
    assert "urine-drug-screen" in later


def test_flags_are_named_where_a_prescriber_signs() -> None:
    """Opioids and sleep apnoea stand in the entry and the receipt of the clearance; past psychosis is overridden."""
    life = cleared(but="")
    life.do("gate", Role.NURSE, gate="depressants", answer="yes", detail="morphine 20 mg a day")
    life.do("gate", Role.NURSE, gate="sleep-apnoea", answer="yes")
    life.do("gate", Role.NURSE, gate="past-psychosis", answer="yes")
    with pytest.raises(Refused, match="gate past-psychosis stands against treatment: a prescriber overrides it"):
        life.do("clear")
    life.do("gate", gate="past-psychosis", answer="overridden", reason="one episode in 2009, no relapse since")
    receipt = life.do("clear")
    assert receipt.warnings == (
        "weigh what is flagged: depressants (morphine 20 mg a day), sleep-apnoea (Sleep apnoea)",
    )
    entry = next(one for one in life.record.entries if one.action is Action.CLEAR)
    assert "with depressants (morphine 20 mg a day)" in entry.text


def cleared(*, but: str) -> Life:
    """A course whose intake is answered well but for one gate, before anybody signs."""
    life = enrolled()
    for role, said in gate_acts(life.record.protocol):
        if "results" in said:
            life.do("gate", role, **said)
            continue
        first, *also = [one for one in (said["gate"], *said["also"]) if one != but]
        life.do("gate", role, **said | {"gate": first, "also": tuple(also)})
    for action, said in baseline_acts(life.record.protocol, life.now):
        life.do(action, Role.NURSE, **said)
    life.do("measure", Role.NURSE, instrument="phq9", answers=(2, 2, 2, 2, 2, 2, 2, 2, 0))
    life.do("measure", Role.NURSE, instrument="audit_c", answers=(0, 0, 0))
    return life


def test_a_name_without_a_detail_names_nobody() -> None:
    """An escort who is not named is none."""
    record = ready().with_(gates={**ready().gates, "escort": state(YES, detail="")})
    assert [problem.gate for problem in gate_problems(record, NOW)] == ["escort"]


def on_infusion(number: int, drawn: float, answer: GateAnswer = YES) -> list[str]:
    """What stands against an infusion of a daily pain series, with a liver panel of that day."""
    record = ready("crps")
    doses = tuple(infused(day, day + 1) for day in range(number - 1))
    panel = state(answer, drawn, expires=FIRST + days(drawn + 28))
    record = record.with_(doses=doses, gates={**record.gates, "liver-panel": panel})
    at = FIRST + days(number - 1)
    return [problem.gate for problem in gate_problems(record, at, number)]


def test_the_liver_panel_is_drawn_anew_before_infusions_4_and_8() -> None:
    """Each from after the infusion before which it was due before; between them only a bad one blocks."""
    assert on_infusion(1, drawn=-3) == []
    assert on_infusion(3, drawn=-3) == []
    assert on_infusion(4, drawn=-3) == ["liver-panel"]
    assert on_infusion(4, drawn=1) == []
    assert on_infusion(7, drawn=1) == []
    assert on_infusion(8, drawn=1) == ["liver-panel"]
    assert on_infusion(8, drawn=4) == []
    assert on_infusion(4, drawn=2, answer=PENDING) == ["liver-panel"]
    assert on_infusion(5, drawn=2, answer=PENDING) == []
    assert on_infusion(5, drawn=2, answer=NO) == ["liver-panel"]


@pytest.mark.parametrize(("drawn", "stands"), [(-3, False), (0.5, True)])
def test_a_panel_of_two_sessions_in_a_row_is_drawn_between_them(drawn: float, stands: bool) -> None:
    """Due before the first and the second infusion: the panel of before the first does not do for the second."""
    record = ready("crps").with_(doses=(infused(0, 1),))
    gates = tuple(one.with_(before_sessions=(2,)) if one.id == "liver-panel" else one for one in record.protocol.gates)
    panel = state(YES, drawn, expires=FIRST + days(drawn + 28))
    record = record.with_(protocol=record.protocol.with_(gates=gates), gates={**record.gates, "liver-panel": panel})
    assert (gate_problems(record, FIRST + days(1), 2) == ()) is stands


def test_the_liver_panel_is_due_before_every_booster() -> None:
    """In maintenance it must be later than the last infusion, and not older than its expiry."""
    record = ready("crps").with_(phase=Phase.MAINTENANCE, doses=tuple(infused(day, day + 1) for day in range(10)))

    def due(drawn: int, on: int, *boosted: int) -> list[str]:
        panel = state(YES, drawn, expires=FIRST + days(drawn + 28))
        doses = (*record.doses, *(infused(day, 11) for day in boosted))
        course = record.with_(gates={**record.gates, "liver-panel": panel}, doses=doses)
        return [one.gate for one in gate_problems(course, FIRST + days(on), 11)]

    assert due(7, 34) == ["liver-panel"]
    assert due(12, 38) == []
    assert due(12, 41) == ["liver-panel"]
    assert due(37, 50, 38) == ["liver-panel"]
    assert due(39, 50, 38) == []


def test_gates_answered_alike_are_one_entry_and_all_or_none() -> None:
    """One act answers several; where one of them cannot be answered so, none of them is."""
    life = enrolled()
    receipt = life.do("gate", Role.NURSE, gate="psychosis", also=("mania", "pregnancy"), answer=NO)
    assert receipt.sentence == "gates psychosis, mania, pregnancy: no"
    assert life.record.entries[-1].text == receipt.sentence
    asked = {gate: one.answer for gate, one in life.record.gates.items() if gate != "messages-email"}
    assert asked == dict.fromkeys(("psychosis", "mania", "pregnancy"), NO)
    before = life.record
    for wrong, sentence in (("nothing", "there is no gate nothing"), ("escort", "needs --detail")):
        with pytest.raises(Refused, match=sentence):
            life.do("gate", Role.NURSE, gate="psychosis", also=(wrong,), answer=YES)
        assert life.record == before
