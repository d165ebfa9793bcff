"""A letter as an Internet message."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from activities.ports import Letter, Medium
from adapters.channels.ics import ics, method

POLICY = SMTP.clone(cte_type="7bit")


def mime(letter: Letter, from_address: str) -> EmailMessage:
    """Headers that name a neutral sender, the recipient, and nothing of the patient; raises ValueError."""
    message = EmailMessage(policy=POLICY)
    user, _, domain = from_address.rpartition("@")
    message["From"] = Address(letter.sender, user, domain)
    message["To"] = letter.to
    if letter.subject and letter.medium is Medium.EMAIL:
        message["Subject"] = letter.subject
    message["Date"] = letter.as_of
    message["Message-ID"] = f"<{letter.id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    _invite(message, letter, from_address)
    return message


def _invite(message: EmailMessage, letter: Letter, from_address: str) -> None:
    """One visit is the letter's other form, as mail programs know an invitation; several are files beside it."""
    for number, invite in enumerate(letter.invites, start=1):
        entry, params = ics(invite, letter, from_address), {"method": method(invite)}
        if len(letter.invites) == 1:
            message.add_alternative(entry, subtype="calendar", params=params)
        else:
            message.add_attachment(entry, subtype="calendar", params=params, filename=f"visit-{number}.ics")
