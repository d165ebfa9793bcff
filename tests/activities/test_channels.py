import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from activities.ports import CalendarInvite, Letter, Medium, NotAcceptedError, RefusedForGoodError, UnknownDeliveryError
from adapters.channels.email import Email, MailServer
from adapters.channels.mailbox import Mailbox
from tests.support.calendars import entries
from tests.support.outside.mail import Mood, PostOffice

NOW = datetime(2027, 3, 15, 13, tzinfo=UTC)
LETTER = Letter(
    id="0123abcd",
    medium=Medium.EMAIL,
    to="zephyrine@home.example",
    subject="Your visit on Monday",
    body="Hello,\n\n.see you — soon.\n",
    sender="Your clinic",
    as_of=NOW,
)


def email(office: PostOffice, *, starttls: bool = False, seconds: float = 5) -> Email:
    """A channel to the test's mail server."""
    server = MailServer(
        "127.0.0.1", office.port, "desk@clinic.example", starttls, prepare_seconds=seconds, data_seconds=seconds
    )
    return Email(server)


async def test_a_letter_arrives_as_it_was_written(post_office: PostOffice) -> None:
    """Neutral sender, one recipient, an id that is the same on each try, marked as automatic, any letters intact."""
    assert await email(post_office).deliver(LETTER) == "<0123abcd@clinic.example>"
    (message,) = post_office.taken
    assert message["From"] == "Your clinic <desk@clinic.example>"
    assert message["To"] == "zephyrine@home.example"
    assert message["Subject"] == "Your visit on Monday"
    assert message["Message-ID"] == "<0123abcd@clinic.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == NOW
    assert message.get_content().replace("\r\n", "\n") == LETTER.body


HOSTILE = CalendarInvite(
    uid="feed",
    sequence=7,
    starts=NOW,
    ends=NOW + timedelta(minutes=40),
    cancelled=False,
    summary="Your visit; at \\Westside, \r\nBEGIN:VALARM " + "ünïcödé 🩺 " * 20,
    place='100 "Example" Avenue, Springfield\x00\x1b',
)


async def test_an_invitation_arrives_as_a_calendar_reads_it(post_office: PostOffice) -> None:
    """Lines folded between letters and not inside them, nothing breaks out of its field, words beside it unharmed."""
    letter = replace(LETTER, invites=(HOSTILE,), sender='Your "clinic"; x')
    await email(post_office).deliver(letter)
    (message,) = post_office.taken
    assert message.get_content_type() == "multipart/alternative"
    (entry,) = entries(message)
    assert (entry.method, entry.uid, entry.sequence) == ("REQUEST", "feed@clinic.example", 7)
    assert (entry.starts, entry.ends) == (NOW, NOW + timedelta(minutes=40))
    assert entry.summary == HOSTILE.summary.replace("\r", "")
    assert entry.place == '100 "Example" Avenue, Springfield'
    assert (entry.organizer, entry.attendee) == ("mailto:desk@clinic.example", "mailto:zephyrine@home.example")
    plain = message.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == LETTER.body


async def test_several_visits_are_several_files(post_office: PostOffice) -> None:
    """One calendar object may invite to one visit only; a cancelled one says so in both places."""
    invites = (HOSTILE, replace(HOSTILE, uid="dead", cancelled=True))
    await email(post_office).deliver(replace(LETTER, invites=invites))
    (message,) = post_office.taken
    assert [one.get_filename() for one in message.iter_attachments()] == ["visit-1.ics", "visit-2.ics"]
    assert [(one.method, one.uid) for one in entries(message)] == [
        ("REQUEST", "feed@clinic.example"),
        ("CANCEL", "dead@clinic.example"),
    ]


@pytest.mark.parametrize(
    ("mood", "error"),
    [
        (Mood.RCPT_LATER, NotAcceptedError),
        (Mood.DATA_LATER, NotAcceptedError),
        (Mood.HANGS_UP_BEFORE_DATA, NotAcceptedError),
        (Mood.RCPT_NEVER, RefusedForGoodError),
        (Mood.DATA_NEVER, RefusedForGoodError),
        (Mood.HANGS_UP_AFTER_DATA, UnknownDeliveryError),
        (Mood.SILENT_AFTER_DATA, UnknownDeliveryError),
    ],
)
async def test_what_a_failure_means_depends_on_the_step(
    post_office: PostOffice, mood: Mood, error: type[Exception]
) -> None:
    """Before acceptance: again; 5xx to address or message: never; silence after DATA: unknown. Nothing is quoted."""
    post_office.mood = mood
    with pytest.raises(error) as failed:
        await email(post_office, seconds=1).deliver(LETTER)
    assert "zephyrine" not in f"{failed.value!r} {failed.value.__cause__!r}"
    assert "Monday" not in str(failed.value)


async def test_no_mail_server_is_not_accepted(post_office: PostOffice, unused_port: int) -> None:
    """A port where nobody listens, and a server without the TLS that is asked for: nothing went out."""
    for channel in (email(post_office, starttls=True), Email(MailServer("127.0.0.1", unused_port, "a@b.example"))):
        with pytest.raises(NotAcceptedError, match="could not be reached, or not in the way that was asked"):
            await channel.deliver(LETTER)
    assert post_office.taken == []


async def test_an_address_that_is_none_is_refused_for_good(post_office: PostOffice) -> None:
    """An address that would write headers of its own never reaches the server."""
    bad = Letter(**{**vars(LETTER), "to": "a@home.example\r\nBcc: b@home.example"})
    with pytest.raises(RefusedForGoodError):
        await email(post_office).deliver(bad)
    assert post_office.taken == []


async def test_a_mailbox_file_is_whole_private_and_named_by_the_id(tmp_path: Path) -> None:
    """Delivered many times at once, a letter is one file that reads as a message; its name says nothing."""
    mailbox = Mailbox(tmp_path / "mailbox")
    text = Letter(**{**vars(LETTER), "id": "feed", "medium": Medium.SMS, "to": "+12125550123", "subject": "x"})
    await asyncio.gather(*(mailbox.deliver(one) for one in (LETTER, text) * 3))
    files = sorted((tmp_path / "mailbox").iterdir())
    assert [one.name for one in files] == ["0123abcd.eml", "feed.eml"]
    assert {one.stat().st_mode & 0o777 for one in files} == {0o600}
    assert [datetime.fromtimestamp(one.stat().st_mtime, UTC) for one in files] == [NOW, NOW]
    messages = [message_from_bytes(one.read_bytes(), policy=default) for one in files]
    assert [one["Subject"] for one in messages] == ["Your visit on Monday", None]
    assert "12125550123" in str(messages[1]["To"])
