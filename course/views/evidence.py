"""The evidence of the proof: what lists, the server and the ledgers show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from course.model.terms import OccasionState, Phase
from course.views.cover import Gap
from course.views.drug_owed import DrugDifference


@dataclass(frozen=True)
class RunningCourse:
    """One running course as the server's lists show it; `problems` is what Temporal says of its failing tasks.

    `outside` names attributes beyond the vocabulary, and the card where it is not this program's.
    """

    course_id: str
    site: str
    phase: Phase | None
    began_at: datetime
    needs: tuple[str, ...] = ()
    need_due: datetime | None = None
    next_session: datetime | None = None
    problems: tuple[str, ...] = ()
    owner: str = ""
    outside: tuple[str, ...] = ()
    build: str = ""


@dataclass(frozen=True)
class DirectoryCourse:
    """One course as the directory knows it; `opening` while its workflow is only about to be started."""

    course_id: str
    site: str
    opened_at: datetime
    closed: bool = False
    opening: bool = False


@dataclass(frozen=True)
class UnsettledMessage:
    """A message of the send ledger that nobody knows the end of, while the server still has it to do."""

    course_id: str
    occasion: str
    as_of: datetime
    state: OccasionState


@dataclass(frozen=True)
class ProofEvidence:
    """All evidence: `ended` is how a listed course that does not run has ended, `heard` the last sign of life.

    `told` holds the instants at which somebody was told of a course's open escalation, `owned` the last
    acknowledgement in the access log; `without_slot` holds the visits for which no chair is free; `on_call` counts
    people a site, `disabled` names accounts out of service, `silent` courses that no worker answered for, `wedged`
    courses whose history does not replay, `unproven` counts acts that nobody signed, `lost` acts that a reset undid,
    `served` the builds that workers serve, where that is known, `drugs` every open discrepancy of the drug ledger,
    `licences` the accounts whose licence has expired, and since when; `log` says what is not as it was recorded.
    """

    at: datetime
    seen: tuple[RunningCourse, ...] = ()
    listed: tuple[DirectoryCourse, ...] = ()
    ended: Mapping[str, str] = field(default_factory=dict)
    heard: Mapping[str, datetime] = field(default_factory=dict)
    unsettled: tuple[UnsettledMessage, ...] = ()
    told: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    owned: Mapping[str, datetime] = field(default_factory=dict)
    without_slot: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    on_call: Mapping[str, int] = field(default_factory=dict)
    disabled: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    served: frozenset[str] | None = None
    wedged: tuple[str, ...] = ()
    unproven: Mapping[str, int] = field(default_factory=dict)
    lost: Mapping[str, int] = field(default_factory=dict)
    drugs: tuple[DrugDifference, ...] = ()
    gaps: tuple[Gap, ...] = ()
    licences: Mapping[str, str] = field(default_factory=dict)
    log: tuple[str, ...] = ()
