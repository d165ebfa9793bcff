"""The search attributes of a course: a closed vocabulary that Temporal stores in the clear."""

from temporalio.common import SearchAttributeKey

PHASE = SearchAttributeKey.for_keyword("CoursePhase")
PROTOCOL = SearchAttributeKey.for_keyword("CourseProtocol")
SITE = SearchAttributeKey.for_keyword("CourseSite")
OWNER = SearchAttributeKey.for_keyword("CourseOwner")
NEEDS = SearchAttributeKey.for_keyword_list("CourseNeeds")
NEED_DUE = SearchAttributeKey.for_datetime("CourseNeedDue")
NEXT_SESSION = SearchAttributeKey.for_datetime("CourseNextSession")
HELD = SearchAttributeKey.for_bool("CourseHeld")

ATTRIBUTES = (PHASE, PROTOCOL, SITE, OWNER, NEEDS, NEED_DUE, NEXT_SESSION, HELD)
