"""Random lives: what surrounds the visits, from orders and events to calls, therapies, medicines and consents."""

from decimal import Decimal

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from adapters.clinic.zones import zone_snapshot
from course.agenda.worklist import needs
from course.model.base import days
from course.model.calendar import Zone
from course.model.need import CALLED_ABOUT, CallOutcome
from course.model.terms import Audience, EndCause, Role, Severity
from tests.support.lives.acting import ROLES, SECOND, Acting
from tests.support.records import YEARS
from tests.support.stories import BEGAN

OWNERS = st.sampled_from([("okafor", "Dr Okafor"), ("lee", "Dr Lee"), ("haas", "Mia Haas, RN")])
ZONES = st.sampled_from([zone_snapshot(name, BEGAN, YEARS) for name in ("Pacific/Honolulu", "Europe/Berlin")])
AMENDED = st.one_of(
    st.fixed_dictionaries({"amount": st.decimals(0, 2, places=1)}),
    st.fixed_dictionaries({"minutes": st.integers(0, 120)}),
    st.fixed_dictionaries({"max_mg": st.decimals(0, 200, places=0)}),
    st.fixed_dictionaries({"sessions": st.integers(0, 12)}),
    st.fixed_dictionaries({"weekdays": st.lists(st.integers(0, 7), max_size=4)}),
    st.just({}),
)
MOSTLY = st.sampled_from([True, True, True, False])
AGAIN = st.one_of(st.none(), st.integers(-1, 20))


class Care(Acting):
    """Everything that staff and patients do beside the infusions."""

    @rule(role=ROLES, changes=AMENDED)
    def amend_order(self, role: Role, changes: dict[str, object]) -> None:
        """Change the order in any way."""
        self.attempt("order", role, **changes, reason="as discussed")

    @rule(role=ROLES)
    def cease(self, role: Role) -> None:
        """End the series early."""
        if self.attempt("cease", role, reason="no more of it"):
            assert not self.record.open_sessions

    @rule(role=st.sampled_from([Role.NURSE, Role.OPS, Role.COORDINATOR]), whom=OWNERS, escalation=st.booleans())
    def reassign(self, role: Role, whom: tuple[str, str], escalation: bool) -> None:
        """Give the course, or its escalation, to somebody else."""
        standing = self.record.open_escalation
        item = {"item": standing.id} if escalation and standing is not None else {}
        self.attempt("reassign", role, account=whom[0], name=whom[1], reason="on leave", **item)

    @rule(role=ROLES, serious=st.booleans(), severity=st.sampled_from(Severity), of_visit=st.booleans())
    def report_event(self, role: Role, serious: bool, severity: Severity, of_visit: bool) -> None:
        """An adverse event; a serious one holds the course and has somebody told at once."""
        told = sum(1 for order in self.life.orders if order.audience is Audience.ONCALL)
        standing = self.record.open_escalation
        of = {"of_session": self.record.sessions[-1].id} if of_visit and self.record.sessions else {}
        adverse = {"term": "a fall", "severity": severity, "serious": serious}
        assert self.attempt("event", role, adverse=adverse, **of), "what happened is always recordable"
        if serious:
            assert self.record.closed or self.record.held is not None
            if standing is None or standing.acknowledged_at is not None:
                assert sum(1 for order in self.life.orders if order.audience is Audience.ONCALL) > told

    @rule(role=ROLES, which=st.integers(0, 9), outcome=st.sampled_from(CallOutcome), again=AGAIN)
    def call(self, role: Role, which: int, outcome: CallOutcome, again: int | None) -> None:
        """Call about a row of the worklist: it waits for nobody until it is time to call again."""
        rows = [one.kind for one in needs(self.record, self.now)]
        if rows:
            about = rows[which % len(rows)]
            again_at = None if again is None else self.now + days(again)
            if self.attempt("call", role, about=about, outcome=outcome, again_at=again_at):
                assert about in CALLED_ABOUT
                assert about not in {one.kind for one in needs(self.record, self.now)}

    @rule(role=ROLES, every=st.integers(1, 60), ahead=st.one_of(st.none(), st.integers(-1, 60)))
    def begin_therapy(self, role: Role, every: int, ahead: int | None) -> None:
        """Begin a therapy beside the infusions."""
        next_at = None if ahead is None else self.now + days(ahead)
        self.attempt("therapy", role, name="psychotherapy", every_days=every, next_at=next_at)

    @precondition(lambda self: self.record.therapies)
    @rule(role=ROLES, which=st.integers(0, 5), what=st.sampled_from(["came", "missed", "ends"]))
    def go_on_with_therapy(self, role: Role, which: int, what: str) -> None:
        """Attend it, miss it, or end it."""
        therapy = self.record.therapies[which % len(self.record.therapies)].id
        if what == "ends":
            self.attempt("therapy", role, therapy=therapy, ends=True)
        else:
            self.attempt("attend", role, therapy=therapy, came=what == "came")

    @rule(role=ROLES, ordered=st.booleans(), starts=st.integers(-9, 9), review=AGAIN)
    def change_medicine(self, role: Role, ordered: bool, starts: int, review: int | None) -> None:
        """A change that was reported, or is ordered and looked at again."""
        review_at = None if review is None else self.now + days(review)
        fields = {"name": "sertraline", "was": "50 mg", "now": "100 mg", "starts": self.now + days(starts)}
        self.attempt("medicine", role, **fields, ordered=ordered, review_at=review_at)

    @precondition(lambda self: self.record.medicines)
    @rule(role=ROLES, review=AGAIN)
    def review_medicine(self, role: Role, review: int | None) -> None:
        """Look at the last change."""
        review_at = None if review is None else self.now + days(review)
        self.attempt("review_medicine", role, medicine=self.record.medicines[-1].id, review_at=review_at, reason="seen")

    @rule(
        email=st.one_of(st.none(), st.booleans()),
        sms=st.one_of(st.none(), st.booleans()),
        zone=st.one_of(st.none(), ZONES),
    )
    def change_contact(self, email: bool | None, sms: bool | None, zone: Zone | None) -> None:
        """Allow a channel, take it back, or move to another part of the world."""
        self.attempt("contact", Role.PATIENT, email=email, sms=sms, zone=zone)

    @rule(out=st.booleans())
    def opt(self, out: bool) -> None:
        """Stop or allow messages."""
        self.attempt("contact", Role.PATIENT, opt_out=out)

    @rule(role=ROLES, ago_days=st.integers(-1, 40))
    def write_note_late(self, role: Role, ago_days: int) -> None:
        """Something that happened and was not written down then."""
        self.attempt("late_entry", role, text="fell at home", effective_at=self.now - days(ago_days), reason="told now")

    @rule(ago_days=st.integers(0, 9), mistaken=MOSTLY, signed=st.booleans())
    def die(self, ago_days: int, mistaken: bool, signed: bool) -> None:
        """The patient has died, as is written down late or ends the course; a mistake is taken back while it can be."""
        died = {"effective_at": self.now - days(ago_days), "reason": "the family called"}
        if signed:
            done = self.attempt("discharge", Role.PRESCRIBER, cause=EndCause.DIED, **died)
        else:
            done = self.attempt("late_entry", Role.COORDINATOR, text="has died", died=True, **died)
        if done:
            assert self.record.closed
            assert self.record.messaging.stopped
            assert not self.record.open_sessions
            self.life.wait(days=3)
            if mistaken:
                in_time = self.record.amend_until is not None and self.now <= self.record.amend_until
                assert self.attempt("reopen", Role.PRESCRIBER, reason="another chart", second=SECOND) is in_time

    @rule(mg=st.sampled_from([Decimal(35), Decimal(90)]), ago_hours=st.integers(0, 90), serious=st.booleans())
    def write_dose_late(self, mg: Decimal, ago_hours: int, serious: bool) -> None:
        """An infusion that no visit knows is always recordable, once it is over and unless it is on record."""
        at = self.now - days(ago_hours / 24)
        fields = {"text": "given elsewhere", "mg": mg, "minutes": 40, "weight_kg": Decimal(70), "second": SECOND}
        known = any(abs(one.at - at) < days(1 / 36) for one in self.record.valid_doses)
        done = self.attempt(
            "late_entry", Role.NURSE, **fields, sure=True, serious=serious, effective_at=at, reason="network away"
        )
        assert done == (ago_hours > 0 and not known)
