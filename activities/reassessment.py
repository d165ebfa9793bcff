"""Asks a patient for the questionnaires that are due; what the patient answers comes back as the act `measure`."""

from temporalio import activity

from activities.ports import Questionnaires
from activities.reminders import Messenger
from course.model.messages import SendOrder, SendOutcome


class Reassessment:
    """Asks for questionnaires by a message, which goes out as every other does: never twice, never in silence."""

    def __init__(self, messenger: Messenger, questionnaires: Questionnaires) -> None:
        self.messenger = messenger
        self.questionnaires = questionnaires

    @activity.defn
    async def ask_for_questionnaires(self, order: SendOrder) -> SendOutcome:
        """Open the page on which the patient answers, and send its address; raises as `Messenger.send_message`."""
        link = await self.questionnaires.open(order, max(order.as_of, activity.info().started_time))
        return await self.messenger.send(order, link)
