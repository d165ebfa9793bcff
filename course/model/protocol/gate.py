"""What a protocol asks before treatment: its gates, and the laboratory values that some of them read."""

from decimal import Decimal

from course.model.base import Carried
from course.model.terms import GateKind, HoldCause, Role


class LabLimits(Carried):
    """A value from `hold_times_upper` x its upper limit holds, from `alert_times_first` x the first one alerts."""

    hold_times_upper: Decimal
    alert_times_first: Decimal
    cause: HoldCause


class Analyte(Carried):
    """One value of a panel, as laboratories print its unit; it may have its own multiple of the upper limit."""

    name: str
    unit: str
    hold_times_upper: Decimal | None = None


class Gate(Carried):
    """One intake condition: who may answer it, when it expires, and for a consent to messages its channel.

    One with `or_why_not` is open too where it is declined with a reason. A laboratory gate with `limits` needs its
    value and upper limit, one with `analytes` those of each.
    """

    id: str
    text: str
    kind: GateKind
    by: tuple[Role, ...] = (Role.NURSE, Role.PRESCRIBER)
    expires_days: int | None = None
    before_sessions: tuple[int, ...] = ()
    optional: bool = False
    or_why_not: bool = False
    limits: LabLimits | None = None
    analytes: tuple[Analyte, ...] = ()
    channel: str = ""
    source: str = ""

    def hold_times(self, analyte: str) -> Decimal | None:
        """The multiple of its upper limit from which an analyte holds, where the gate has limits."""
        own = next((one.hold_times_upper for one in self.analytes if one.name == analyte), None)
        return own if own is not None or self.limits is None else self.limits.hold_times_upper
