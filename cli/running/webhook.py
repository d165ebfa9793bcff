"""`webhook`: takes patients' answers and receipts of text messages; `inbox`: shows what patients wrote."""

import asyncio
import signal

from adapters.logs import configure_logs
from adapters.settings import SettingsError, load_settings
from adapters.web.http import FormServer
from adapters.wiring import open_application
from adapters.working import STATUS
from cli.output import OK, as_json
from cli.session import OutputOptions, command, here, staff_session
from services.courses import Courses
from services.errors import ServiceError
from services.replies.carrier import Carrier
from services.replies.inbox import inbox_of
from services.replies.posts import INBOUND, PostHandler


@command
async def webhook() -> int:
    """Receive what the text message service posts, until ctrl-C: replies at /inbound, receipts at /status.

    It listens on ST_WEBHOOK_ADDRESS, by default on this machine only, behind a TLS proxy at ST_SMS_WEBHOOK_URL. Only
    posts signed with ST_SMS_TOKEN are accepted.

    Example: starter.py webhook
    """
    settings = load_settings()
    configure_logs(settings)
    token, url = settings.sms_token, settings.sms_webhook_url
    if settings.sms_url is None or token is None or not url:
        raise SettingsError("ST_SMS_URL and ST_SMS_WEBHOOK_URL are needed to take text messages.")
    here()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_application(settings) as app:
        carrier = Carrier(Courses(app))
        at_desk = PostHandler(
            app.store, app.texts, app.home_site, token=token.get_secret_value(), public_url=url, stir=carrier.stir
        )
        host, _, port = settings.webhook_address.rpartition(":")
        try:
            async with FormServer(at_desk.handlers()).listening(host, int(port)), asyncio.TaskGroup() as tasks:
                carrying = tasks.create_task(carrier.keep_carrying())
                print(f"listening on {settings.webhook_address} for {INBOUND} and {STATUS} below {url}", flush=True)
                await stop.wait()
                carrying.cancel()
        except (OSError, OverflowError):
            raise ServiceError(f"nobody can listen on {settings.webhook_address}: set ST_WEBHOOK_ADDRESS") from None
    return OK


@command
async def inbox(course: str, *, output: OutputOptions = OutputOptions()) -> int:
    """Read a patient's text messages; who read them is recorded.

    Example: starter.py inbox c-1a2b3c
    """
    async with staff_session() as at:
        found = await inbox_of(at, course)
    if output.json:
        as_json([{"item": one.item_id, "at": one.received_at.isoformat(), "text": one.content} for one in found.items])
    else:
        for one in found.items:
            print(f"{found.zone.local(one.received_at):%a %d %b %Y %H:%M}  {one.content!r}")
        if not found.items:
            print("the patient has written nothing")
    return OK
