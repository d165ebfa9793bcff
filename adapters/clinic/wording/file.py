"""A file of texts: one language, whole."""

from pydantic import BaseModel, ConfigDict, Field

from course.model.terms import OccasionKind


class _FromFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KindText(_FromFile):
    """What is said of one kind."""

    subject: str = Field(description="Subject of the letter, at most 78 letters.")
    body: str = Field(description="The letter, between `greeting` and `closing`.")
    sms: str = Field(description="One text message: 160 plain letters, the offer to stop included.")


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
    """What a patient's text message is answered."""

    noted: str = Field(description="To any other words; a person reads them later.")
    stopped: str = Field(description="To words that end all messages.")
    help: str = Field(description="To HELP.")


class DateTexts(_FromFile):
    """CLDR patterns of days and times; without them a language is written as CLDR has it."""

    moment: str = Field("", description="A day and its time in a letter, such as `EEEE d MMMM y 'at' HH:mm`.")
    brief: str = Field("", description="The same in a text message, such as `EEE d MMM 'at' HH:mm`.")
    day: str = Field("", description="A day, such as `d MMMM`.")


class TextFile(_FromFile):
    """One language."""

    language: str = Field(description="Code of the language; the file has its name.")
    sender: str = Field(description="From whom letters come.")
    forbidden: tuple[str, ...] = Field(description="Beginnings of words that no text may hold.")
    greeting: str = Field(description="Begins every letter to a patient.")
    preparation: str = Field(description="How to get ready; once in a letter that reminds of a visit.")
    closing: str = Field(description="Ends every letter to a patient; says {crisis_line} and {emergency}.")
    stop: str = Field(description="Ends every text message to a patient; says STOP.")
    clock: str = Field(description="By whose clock a time is meant, where the patient lives by another one.")
    visit: str = Field(description="What a visit is called in the patient's own calendar.")
    dates: DateTexts = Field(DateTexts(), description="How days and times are written, if not as the language has it.")
    staff_words: dict[str, str] = Field(description="The course's own words, as letters to the staff say them.")
    replies: ReplyTexts = Field(description="What a patient who writes to the clinic's number is answered.")
    kinds: KindTexts = Field(description="What is said of each kind of message.")
    asked_on_page: KindText | None = Field(
        None,
        description="In place of kinds.measure, where a page at {link} asks; without it, patients call.",
    )
