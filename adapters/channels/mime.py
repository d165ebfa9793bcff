"""A letter as an Internet message."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from activities.ports import Letter, Medium

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
    return message
