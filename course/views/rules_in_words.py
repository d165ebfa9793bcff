"""The rules in words, for people who ask why: each need, task, gate and message, with what it can be traced to."""

from dataclasses import dataclass

from course.model.terms import Action, GateKind, NeedKind, OccasionKind, TaskKind

SET = "[set]"


@dataclass(frozen=True)
class RuleText:
    """A rule in one sentence; `keys` are the protocol's values that it reads, `tag` where it stands in code.

    `mend` are the acts that settle what it brings up, or override it.
    """

    rule: str
    mend: tuple[Action, ...] = ()
    keys: tuple[str, ...] = ()
    tag: str = SET


NEEDS: dict[NeedKind, RuleText] = {
    NeedKind.ESCALATION: RuleText(
        "a positive safety item is told to the next on call every 30 minutes until somebody acknowledges it; then a "
        "prescriber resolves it within 24 hours",
        (Action.ACKNOWLEDGE,),
    ),
    NeedKind.SCREEN: RuleText(
        "a positive safety item is followed by the screener within 8 hours, and before the next dose",
        (Action.MEASURE,),
        ("screening.follow_up",),
    ),
    NeedKind.HOLD_REVIEW: RuleText("a hold is looked at again by its review date", (Action.REVIEW, Action.RELEASE)),
    NeedKind.GATES: RuleText(
        "treatment begins when every intake gate has an answer by a role that it names; it stalls after 7 days",
        (Action.GATE, Action.CALL),
    ),
    NeedKind.CLEAR: RuleText("intake is answered: a prescriber signs clearance within 7 days", (Action.CLEAR,)),
    NeedKind.SCHEDULE: RuleText(
        "every session that the series lacks is planned within 2 days",
        (Action.SCHEDULE, Action.CALL, Action.CEASE),
        ("induction.sessions", "induction.weekdays"),
    ),
    NeedKind.CONFIRM: RuleText("a visit that is not confirmed 48 hours before is called for", (Action.CONFIRM,)),
    NeedKind.NOT_READY: RuleText(
        "gates that would refuse the visit are shown 24 hours before it, a missing measure 4 hours before",
        (Action.GATE, Action.MEASURE, Action.DEFER),
        ("measuring.cadence",),
    ),
    NeedKind.RECORD: RuleText(
        "half an hour after the watch that follows a visit somebody writes down what happened, within the hour",
        (Action.SESSION, Action.ABORT, Action.NOT_GIVEN, Action.NO_SHOW),
    ),
    NeedKind.LEAVE: RuleText(
        "who was dosed leaves awake, walking, with an escort, after the watch, with vital signs inside the limits "
        "and a pressure not far above that before",
        (Action.LEAVE,),
        ("session.leave_minutes", "session.leave_systolic_over", "leaving.systolic_max", "leaving.spo2_min"),
    ),
    NeedKind.MEASURE: RuleText(
        "two questionnaires were sent and two days passed without an answer: somebody calls; what was never sent is "
        "never missed",
        (Action.MEASURE, Action.CALL),
        ("measuring.cadence",),
    ),
    NeedKind.EVALUATE: RuleText(
        "a prescriber evaluates days after the series, again weeks after, then by boosters or weeks, at once after two "
        "early boosters running",
        (Action.EVALUATE,),
        (
            *("evaluations.first_days_min", "evaluations.first_days_max", "evaluations.again_days_min"),
            *("evaluations.again_days_max", "evaluations.every_boosters", "evaluations.every_weeks"),
        ),
    ),
    NeedKind.BOOK: RuleText(
        "a booster is booked before its window opens",
        (Action.BOOSTER, Action.INTERVAL, Action.CALL),
        ("maintenance.book_days_before",),
    ),
    NeedKind.LAPSED: RuleText(
        "a visit should have been booked days ago and is not: somebody calls, and a person decides what that means",
        (Action.BOOSTER, Action.SCHEDULE, Action.CALL, Action.DISCHARGE),
        ("maintenance.lapse_days",),
    ),
    NeedKind.THERAPY: RuleText(
        "an adjunctive therapy has a cadence: by its next date somebody writes down whether the patient came; "
        "in the days after an infusion somebody speaks with the patient",
        (Action.ATTEND, Action.THERAPY),
        tag="[brief]",
    ),
    NeedKind.MEDICINE: RuleText(
        "an ordered change of a medicine is looked at by its review date; the software proposes none",
        (Action.REVIEW_MEDICINE,),
        tag="[brief]",
    ),
    NeedKind.CHECK: RuleText(
        "a long-term check comes round after the days that the protocol gives it", (Action.CHECK,)
    ),
}

TASKS: dict[TaskKind, str] = {
    TaskKind.CALL_MOVED: "a change that the patient must know within 24 hours of the visit is also told by telephone",
    TaskKind.CALL_NO_SHOW: "who did not come is called the same day",
    TaskKind.CALL_INSTEAD: "where no written message may or can go, each becomes a call",
    TaskKind.UNCERTAIN_MESSAGE: "a reminder that may have gone out is not sent again: somebody asks the patient",
    TaskKind.FAILED_MESSAGE: "a message that was not delivered within six hours becomes a call",
    TaskKind.REFUSED_SIGNAL: "what a machine sends and the course cannot accept is read by a person",
    TaskKind.CANCELLATION: "a cancellation from outside ends nothing: it holds the course and asks a person",
    TaskKind.EARLY_BOOSTER: "a confirmed relapse is put to a prescriber, who alone books early",
    TaskKind.STOP_REVIEW: "a series that does not help is reviewed by a person, never stopped by itself",
    TaskKind.SAFETY_ITEM: "an unchanged item 9 under a fresh safety plan waits for the visit, if the clinic says so",
    TaskKind.DOSE_OVER_ORDER: "a dose above its order is always recorded, and looked at by a prescriber",
    TaskKind.ALERT: "a vital sign beyond its limit, or a patient who left too early, is looked at by a prescriber",
    TaskKind.EXCLUSION: "an exclusion that has become true holds the course and is looked at",
    TaskKind.CALENDAR_CLASH: "a visit on a day that the site has closed since, or whose clocks changed, is looked at",
    TaskKind.ORDER_CLASH: "visits that no longer fit an amended order are named, and a person moves or omits them",
    TaskKind.VISIT_MEANT: "the word CANCEL ends all messages; a person asks whether the visit was meant, which stands",
    TaskKind.REPLY: "what a patient writes is read by a person, who answers it; nothing in it acts by itself",
    TaskKind.BOOSTER_ASKED: "a patient who asks for a booster is heard: a prescriber books it or says why not",
    TaskKind.LONG_TERM: "a long-term check that is not clear is looked at by a prescriber",
    TaskKind.INPUTS_CHANGED: "what a signed evaluation read was put right since: a prescriber looks at it again",
    TaskKind.DEATH_REVIEW: "after a death every message stops at once, and a prescriber reviews what happened",
}

GATES: dict[GateKind, str] = {
    GateKind.CONSENT: "a consent: treatment needs yes",
    GateKind.ABSOLUTE: "an absolute exclusion: a yes blocks, nobody overrides it; a change is recorded with its date",
    GateKind.RELATIVE: "a relative exclusion: a prescriber overrides it with a reason",
    GateKind.FLAG: "recorded and shown, never acted on",
    GateKind.LAB: "a laboratory value: seen, acceptable, not expired",
    GateKind.NAMED: "somebody or something is named",
    GateKind.REQUIRED: "required, with its detail",
}

MESSAGES: dict[OccasionKind, RuleText] = {
    OccasionKind.FORMS: RuleText("forms at intake, again after 2 and 5 days", (Action.GATE,)),
    OccasionKind.PLAN: RuleText("a daily series gets one message with all its dates"),
    OccasionKind.VISIT_72H: RuleText("three days before a visit", (Action.CONFIRM,)),
    OccasionKind.VISIT_24H: RuleText("the day before a visit: how to prepare", (), ("session.fasting_solids_hours",)),
    OccasionKind.VISIT_2H: RuleText("two hours before a visit, the evening before where that is too early"),
    OccasionKind.MOVED: RuleText(
        "a visit whose time the patient was told has moved: at once, outside caps", (Action.DEFER,)
    ),
    OccasionKind.CANCELLED: RuleText("a visit that the patient was told of was taken away: at once", (Action.OMIT,)),
    OccasionKind.NO_SHOW: RuleText("a kind message the day of a no-show"),
    OccasionKind.CHECKIN: RuleText("the day after an infusion, unless a questionnaire is due or a visit follows"),
    OccasionKind.MEASURE: RuleText(
        "the questionnaire by the protocol's cadence, chased once after 2 days",
        (Action.MEASURE,),
        ("measuring.cadence",),
    ),
    OccasionKind.BOOK: RuleText(
        "days before a booster's window opens", (Action.BOOSTER,), ("maintenance.book_days_before",)
    ),
    OccasionKind.LAPSED: RuleText(
        "1, 2 and 4 weeks after a visit should have been booked", (Action.BOOSTER,), ("maintenance.lapse_days",)
    ),
    OccasionKind.CLOSED: RuleText("one farewell when the course closes"),
    OccasionKind.ESCALATION: RuleText("a safety matter goes to the next on call at any hour", (Action.ACKNOWLEDGE,)),
}

NOT_SENT: dict[str, tuple[str, tuple[Action, ...]]] = {
    "stale: the visit has begun": ("a message about a visit that has begun says nothing any more", ()),
    "stale": ("a message that comes later than its kind allows is not sent", ()),
    "cap": ("at most 1 message a day and 3 in seven days; visits, changes and safety questions excepted", ()),
    "superseded": ("of several that say the same, only the last goes out", ()),
    "the patient opted out": ("an opt-out counts at once; each message becomes a call", (Action.CONTACT,)),
    "no consent": ("written messages need their own consent; without it each becomes a call", (Action.CONTACT,)),
    "there is no address": ("where no allowed address is known, each message becomes a call", (Action.CONTACT,)),
    "nobody on call": ("nobody on the roster has an address: the next telling tries again", (Action.ACKNOWLEDGE,)),
    "nobody knows": ("what may have gone out is not sent again: somebody asks the patient", (Action.RESOLVE,)),
    "not delivered": ("after six hours it is given up, and somebody calls", (Action.RESOLVE,)),
    "the address was refused": ("no other address was left: somebody calls", (Action.RESOLVE,)),
    "overtaken": ("a message composed before a change is called back; what is true now is sent instead", ()),
}
"""Why a message was not sent, by the beginning of its reason; and the acts that let the next one go."""
