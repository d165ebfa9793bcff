"""Drug that somebody has to account for, as the proof shows it."""

from datetime import datetime

from course.model.base import Carried, Instant


class DrugDifference(Carried):
    """Drug that nobody can account for, or that chart and drug ledger do not agree on, with who owns it until when.

    `waits` while it is given its time: missing drug is looked for, and what was drawn is charted after the infusion.
    """

    id: str
    subject: str
    sentence: str
    owner: str
    due: Instant
    waits: bool = False

    def wrong(self, at: datetime) -> str:
        """What is wrong now, or an empty string."""
        late = self.due < at
        if self.waits and not late:
            return ""
        until = f"{'overdue since' if late else 'due'} {self.due:%Y-%m-%d %H:%M} UTC"
        return f"{self.sentence}: {self.id}, {self.owner} owns it, {until}"
