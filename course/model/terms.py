"""The words of the field, one closed vocabulary each."""

from enum import StrEnum


class Phase(StrEnum):
    """Where a course stands on the clinic's page."""

    INTAKE = "intake"
    INDUCTION = "induction"
    EVALUATION = "evaluation"
    MAINTENANCE = "maintenance"
    CLOSED = "closed"


class SessionStatus(StrEnum):
    """What has become of one visit."""

    PLANNED = "planned"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    GIVEN = "given"
    ABORTED = "aborted"
    NOT_GIVEN = "not_given"
    NO_SHOW = "no_show"
    OMITTED = "omitted"

    @property
    def is_open(self) -> bool:
        """Whether the visit still lies ahead or is under way."""
        return self in _OPEN

    @property
    def is_dosed(self) -> bool:
        """Whether drug was given, in whole or in part."""
        return self in {SessionStatus.GIVEN, SessionStatus.ABORTED}


_OPEN = frozenset({SessionStatus.PLANNED, SessionStatus.CONFIRMED, SessionStatus.ARRIVED})


class Series(StrEnum):
    """Which series a session belongs to."""

    INDUCTION = "induction"
    BOOSTER = "booster"


class Role(StrEnum):
    """Who acts; `prescriber` is the medically responsible clinician, `course` is the software itself."""

    COORDINATOR = "coordinator"
    NURSE = "nurse"
    PRESCRIBER = "prescriber"
    AUDITOR = "auditor"
    OPS = "ops"
    PATIENT = "patient"
    COURSE = "course"


class Action(StrEnum):
    """Every act that changes a course."""

    ENROL = "enrol"
    GATE = "gate"
    CLEAR = "clear"
    ORDER = "order"
    SCHEDULE = "schedule"
    CONFIRM = "confirm"
    DEFER = "defer"
    OMIT = "omit"
    NO_SHOW = "no_show"
    CHECK_IN = "check_in"
    NOT_GIVEN = "not_given"
    SESSION = "session"
    ABORT = "abort"
    CEASE = "cease"
    MEASURE = "measure"
    EVALUATE = "evaluate"
    HOLD = "hold"
    REVIEW = "review"
    RELEASE = "release"
    BOOSTER = "booster"
    INTERVAL = "interval"
    CONTACT = "contact"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    NOTE = "note"
    CALL = "call"
    TAKE_REPLY = "take_reply"
    REPORT_LOST = "report_lost"
    REASSIGN = "reassign"
    SAFETY_PLAN = "safety_plan"
    LEAVE = "leave"
    EVENT = "event"
    DISCHARGE = "discharge"
    WITHDRAW = "withdraw"
    CORRECT = "correct"
    VOID = "void"
    REOPEN = "reopen"
    THERAPY = "therapy"
    ATTEND = "attend"
    MEDICINE = "medicine"
    REVIEW_MEDICINE = "review_medicine"
    CHECK = "check"
    ASK_BOOSTER = "ask_booster"
    LATE_ENTRY = "late_entry"


class Decision(StrEnum):
    """What an evaluation decides."""

    MAINTENANCE = "maintenance"
    EXTEND = "extend"
    REINDUCT = "reinduct"
    DISCHARGE = "discharge"


class Outcome(StrEnum):
    """How a course reads against its protocol's own criteria."""

    REMISSION = "remission"
    SUBSTANTIAL = "substantial response"
    RESPONSE = "response"
    PARTIAL = "partial response"
    NON_RESPONSE = "non-response"
    WORSE = "worse"
    NOT_COMPUTABLE = "not computable"


class GateKind(StrEnum):
    """What sort of intake condition a gate is."""

    CONSENT = "consent"
    ABSOLUTE = "absolute"
    RELATIVE = "relative"
    FLAG = "flag"
    LAB = "lab"
    NAMED = "named"
    REQUIRED = "required"


class GateAnswer(StrEnum):
    """What was answered to a gate; `overridden` is a prescriber's reasoned override of a relative exclusion."""

    YES = "yes"
    NO = "no"
    PENDING = "pending"
    DECLINED = "declined"
    OVERRIDDEN = "overridden"


class SkipCode(StrEnum):
    """Why a visit was skipped, moved or not given."""

    COST = "cost"
    TRANSPORT = "transport"
    ILLNESS = "illness"
    CHOICE = "choice"
    CLINIC = "clinic"
    BLOOD_PRESSURE = "blood_pressure"
    FASTING = "fasting"
    ESCORT = "escort"
    SAFETY = "safety"
    WEATHER = "weather"
    OTHER = "other"


class HoldCause(StrEnum):
    """Why a course is held."""

    ADVERSE_EVENT = "adverse_event"
    BLOOD_PRESSURE = "blood_pressure"
    PSYCHOSIS = "psychosis"
    MANIA = "mania"
    PREGNANCY = "pregnancy"
    LIVER = "liver"
    EXCLUSION = "exclusion"
    OPERATOR = "operator"
    PATIENT = "patient"
    OTHER = "other"


class EndCause(StrEnum):
    """Why a course closed."""

    DISCHARGED = "discharged"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    LOST = "lost_to_follow_up"
    TRANSFERRED = "transferred"
    DIED = "died"


class Audience(StrEnum):
    """Whom a message is for."""

    PATIENT = "patient"
    ONCALL = "oncall"


class OccasionKind(StrEnum):
    """Everything that a course does by itself at an instant."""

    FORMS = "forms"
    PLAN = "plan"
    VISIT_72H = "visit_72h"
    VISIT_24H = "visit_24h"
    VISIT_2H = "visit_2h"
    MOVED = "moved"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    CHECKIN = "checkin"
    MEASURE = "measure"
    BOOK = "book"
    LAPSED = "lapsed"
    CLOSED = "closed"
    ESCALATION = "escalation"
    ARCHIVE = "archive"
    CALENDAR = "calendar"


class OccasionState(StrEnum):
    """What has become of an occasion; `later` and `in_flight` are not settled."""

    IN_FLIGHT = "in_flight"
    SENT = "sent"
    SUPPRESSED = "suppressed"
    LATER = "later"
    UNCERTAIN = "uncertain"
    FAILED = "failed"

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will happen to the occasion."""
        return self not in {OccasionState.IN_FLIGHT, OccasionState.LATER}


class NeedKind(StrEnum):
    """What a human must do; the worklist's rows."""

    ESCALATION = "escalation"
    SCREEN = "screen"
    HOLD_REVIEW = "hold_review"
    TASK = "task"
    GATES = "gates"
    CLEAR = "clear"
    SCHEDULE = "schedule"
    CONFIRM = "confirm"
    NOT_READY = "not_ready"
    RECORD = "record"
    LEAVE = "leave"
    MEASURE = "measure"
    EVALUATE = "evaluate"
    BOOK = "book"
    LAPSED = "lapsed"
    THERAPY = "therapy"
    MEDICINE = "medicine"
    CHECK = "check"


class TaskKind(StrEnum):
    """Open items that stay until a person resolves them."""

    CALL_MOVED = "call_moved"
    CALL_NO_SHOW = "call_no_show"
    CALL_INSTEAD = "call_instead"
    UNCERTAIN_MESSAGE = "uncertain_message"
    FAILED_MESSAGE = "failed_message"
    REPLY = "reply"
    VISIT_MEANT = "visit_meant"
    REFUSED_SIGNAL = "refused_signal"
    CANCELLATION = "cancellation"
    EARLY_BOOSTER = "early_booster"
    STOP_REVIEW = "stop_review"
    SAFETY_ITEM = "safety_item"
    DOSE_OVER_ORDER = "dose_over_order"
    ALERT = "alert"
    EXCLUSION = "exclusion"
    CALENDAR_CLASH = "calendar_clash"
    ORDER_CLASH = "order_clash"
    BOOSTER_ASKED = "booster_asked"
    LONG_TERM = "long_term"
    INPUTS_CHANGED = "inputs_changed"
    DEATH_REVIEW = "death_review"


class Severity(StrEnum):
    """How bad an adverse event is; whether it is serious is another matter."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class Urgency(StrEnum):
    """How fast an escalation must be answered."""

    URGENT = "urgent"
    PROMPT = "prompt"
