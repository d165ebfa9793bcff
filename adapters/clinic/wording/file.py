"""A file of texts: one language, whole."""

from pydantic import BaseModel, ConfigDict

from course.model.terms import OccasionKind


class _FromFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KindText(_FromFile):
    """What is said of one kind; `sms` stands alone in one text message, beside the offer to stop."""

    subject: str
    body: str
    sms: str


class KindTexts(_FromFile):
    """One text for each kind of message."""

    forms: KindText
    plan: KindText
    visit_72h: KindText
    visit_24h: KindText
    visit_2h: KindText
    moved: KindText
    cancelled: KindText
    no_show: KindText
    checkin: KindText
    measure: KindText
    book: KindText
    lapsed: KindText
    closed: KindText
    escalation: KindText

    def of(self, kind: OccasionKind) -> KindText:
        """The text of one kind."""
        text: KindText = getattr(self, kind)
        return text


class ReplyTexts(_FromFile):
    """What is answered to a patient's text message: to words that end all messages, to HELP, and to any other."""

    noted: str
    stopped: str
    help: str


class DateTexts(_FromFile):
    """CLDR patterns of days and times; without them a language is written as CLDR has it."""

    moment: str = ""
    brief: str = ""
    day: str = ""


class TextFile(_FromFile):
    """One language; `forbidden` are beginnings of words that no text may hold."""

    language: str
    sender: str
    forbidden: tuple[str, ...]
    greeting: str
    preparation: str
    closing: str
    stop: str
    clock: str
    visit: str
    dates: DateTexts = DateTexts()
    staff_words: dict[str, str]
    replies: ReplyTexts
    kinds: KindTexts
