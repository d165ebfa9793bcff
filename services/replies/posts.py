"""What is done with a post once its signature is right: it is kept in the store, and answered."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from http import HTTPStatus
from xml.sax.saxutils import escape

import structlog

from adapters.clinic.texts import DEFAULT_LANGUAGE, ClinicTexts
from adapters.store import Store, StoreDownError, StoreError
from adapters.store.messages.inbox import Item, ItemKind
from adapters.store.messages.receipts import Receipt
from adapters.store.people.directory import CourseRow, CourseState
from adapters.web.http import Answer, Handler, Post
from adapters.web.signature import BadFormError, fields, is_signed
from adapters.working import STATUS
from course.acts.replies import asks_for_help, opts_out

log = structlog.get_logger(__name__)

INBOUND = "/inbound"
SIGNATURE = "x-twilio-signature"
LEDGER_TRIES = 12
LEDGER_SECONDS = 0.25
"""A receipt may overtake the ledger's own note of the message; it waits this often, this long, for it."""

Form = dict[str, str]
_SID = re.compile(r"[A-Za-z0-9]{2,40}")


class PostHandler:
    """Reads signed forms, writes them into the store, tells `stir` that there is something for a course."""

    def __init__(
        self, store: Store, texts: ClinicTexts, site: str, *, token: str, public_url: str, stir: Callable[[], None]
    ) -> None:
        self.store, self.texts, self.site = store, texts, site
        self._token, self._public_url, self._stir = token, public_url.rstrip("/"), stir

    def handlers(self) -> dict[str, Handler]:
        """Where what is posted."""
        return {INBOUND: self._signed(self.inbound), STATUS: self._signed(self.status)}

    def _signed(self, work: Callable[[Form], Awaitable[Answer]]) -> Handler:
        async def handle(post: Post) -> Answer:
            try:
                answer = fields(post.body)
            except BadFormError:
                return Answer(HTTPStatus.BAD_REQUEST)
            if not is_signed(self._token, self._public_url + post.target, answer, post.headers.get(SIGNATURE, "")):
                log.warning("a post without the right signature was turned away")
                return Answer(HTTPStatus.FORBIDDEN)
            form = {name.decode("utf-8", "replace"): value.decode("utf-8", "replace") for name, value in answer}
            if not _SID.fullmatch(form.get("MessageSid", "")):
                return Answer(HTTPStatus.BAD_REQUEST)
            return await work(form)

        return handle

    async def inbound(self, form: Form) -> Answer:
        """Keep what a patient wrote, once; whoever wrote is answered with the crisis line."""
        text = form.get("Body", "")
        language, site = DEFAULT_LANGUAGE, self.site
        for patient_id in await self.store.contacts.with_phone(form.get("From", "")):
            course = await self._course(patient_id)
            contact = await self.store.contacts.of(patient_id)
            if course is None or contact is None:
                continue
            language, site = contact.language, course.site
            item_id = f"{form['MessageSid']}:{patient_id}"
            item = Item(item_id, patient_id, course.course_id, ItemKind.REPLY, datetime.now(UTC), text)
            try:
                await self.store.inbox.put(item)
            except StoreDownError:
                raise
            except StoreError:
                log.warning("a message came again with other words: the first ones stand", item=item_id)
            self._stir()
        words = self.texts.reply(language, site, stopped=opts_out(text), helped=asks_for_help(text))
        return Answer(HTTPStatus.OK, _twiml(words), "text/xml; charset=utf-8")

    async def _course(self, patient_id: str) -> CourseRow | None:
        """The patient's newest course, an open one before a closed one."""
        courses = await self.store.directory.courses(patient_id=patient_id)
        return min(courses, key=lambda one: one.state is CourseState.CLOSED, default=None)

    async def status(self, form: Form) -> Answer:
        """Keep a receipt in its message's row; one that says that the message came back is for the course."""
        try:
            receipt = Receipt(form.get("MessageStatus", ""))
        except ValueError:
            return Answer(HTTPStatus.NO_CONTENT)
        for _ in range(LEDGER_TRIES):
            if await self.store.receipts.put(form["MessageSid"], receipt, datetime.now(UTC)):
                if receipt.is_bad:
                    self._stir()
                return Answer(HTTPStatus.NO_CONTENT)
            await asyncio.sleep(LEDGER_SECONDS)
        return Answer(HTTPStatus.NOT_FOUND)


def _twiml(words: str) -> str:
    text = escape(words)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Response><Message>{text}</Message></Response>\n'
