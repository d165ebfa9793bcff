"""Asks a patient for the questionnaires that are due; what the patient answers comes back as the act `measure`."""

from temporalio import activity

from activities.reminders import Messenger
from course.model.messages import SendOrder, SendOutcome


class Reassessment:
    """Asks for questionnaires by a message, which goes out as every other does: never twice, never in silence."""

    def __init__(self, messenger: Messenger) -> None:
        self.messenger = messenger

    @activity.defn
    async def ask_for_questionnaires(self, order: SendOrder) -> SendOutcome:
        """Send what asks the patient; raises as `Messenger.send_message`."""
        return await self.messenger.send_message(order)
