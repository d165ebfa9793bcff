"""Pages on which patients answer: one address for each request, which only the letter and the patient know."""

from datetime import datetime, timedelta

from activities.ports import Questionnaires
from adapters.clinic.page_texts import PageTexts
from adapters.keyring import KeyRing
from adapters.store.messages.questionnaires import OpenedQuestionnaire, hash_of
from adapters.store.messages.questionnaires import Questionnaires as Kept
from course.model.messages import SendOrder
from course.model.terms import OccasionKind

OPEN_FOR = timedelta(days=14)
"""So long a link opens its page. [set]"""

TOKEN_LETTERS = 22
"""132 bits: nobody finds a link by trying."""

PATH = "/q/"


class NoPages:
    """No pages are served: patients are asked to call."""

    async def open(self, order: SendOrder, at: datetime) -> str:  # noqa: ARG002  as the port has it
        """No address."""
        return ""


class PatientPages:
    """Opens a page under the public address of the pages."""

    def __init__(self, kept: Kept, ring: KeyRing, texts: PageTexts, url: str) -> None:
        self.kept, self.ring, self.texts, self.url = kept, ring, texts, url.rstrip("/")

    async def open(self, order: SendOrder, at: datetime) -> str:
        """The address of the page; what asks again for the same opens no second one."""
        asking = next((part for part in order.parts if part.kind is OccasionKind.MEASURE), None)
        if asking is None or order.language not in self.texts:
            return ""
        subject = asking.occasion.split("/")[0]
        token = token_of(self.ring, order.course_id, subject)
        await self.kept.open(
            OpenedQuestionnaire(
                hash_of(token), order.course_id, order.patient_id, subject, order.language, at, at + OPEN_FOR
            )
        )
        return f"{self.url}{PATH}{token}"


def token_of(ring: KeyRing, course_id: str, subject: str) -> str:
    """The secret part of an address: the same at each try, and nothing that anybody without the keys can make."""
    return ring.sign(f"{course_id}\n{subject}".encode(), "questionnaire link").partition(".")[2][:TOKEN_LETTERS]


def questionnaires(kept: Kept, ring: KeyRing, texts: PageTexts, url: str | None) -> Questionnaires:
    """The pages, where an installation serves any."""
    return PatientPages(kept, ring, texts, url) if url else NoPages()
