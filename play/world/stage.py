"""The stage: a real server, a store, a mailbox and a worker in one folder, for as many courses as there are."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import SecretStr
from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from adapters.clinic.files import with_room_for_all
from adapters.identity.personal_keys import ALGORITHM, PersonalKey
from adapters.identity.sign_in import NO_PASSPHRASE, staff_without_passphrases
from adapters.identity.signers import Signers
from adapters.keyring import KeyRing
from adapters.settings import SealedSettings
from adapters.store.people.signing_keys import StoredKey
from adapters.store.people.staff import Account
from adapters.temporal.plugin import course_plugin
from adapters.temporal.server import EmbeddedServer, embedded_server
from adapters.wiring import Application, open_application
from course.model.terms import Role
from play.scenario.acting import CAST, SECOND
from play.world.delayed_start import DelayedStart
from play.world.workers import InProcessWorker, SeparateWorker, Workers
from services.courses import Courses

SKIPS_MOST = 1_000_000


@dataclass(frozen=True)
class Stage:
    """What the courses of a scenario live on."""

    server: EmbeddedServer
    app: Application
    skipper: TimeSkipper
    workers: Workers
    courses: Courses
    keys: Mapping[str, PersonalKey]

    async def another_worker(self, *, kill: bool) -> None:
        """Stop the worker, in good order or not, and start another one."""
        await self.workers.stop(kill=kill)
        await self.workers.start()


@asynccontextmanager
async def stage(
    folder: Path,
    clinic_folder: Path,
    *,
    killable: bool = False,
    keep: bool = False,
    real_chairs: bool = False,
    store_url: str = "",
) -> AsyncIterator[Stage]:
    """Set everything up in a folder; `keep` writes the server's own data there too. Nothing is left running.

    Nothing of the environment counts here: made-up patients never come near a clinic's own store, letters or keys.
    Without `real_chairs` the site has room for everybody: courses of different files do not meet.
    """
    settings = SealedSettings(data_folder=folder, clinic_folder=clinic_folder, graceful_shutdown_seconds=1)
    if store_url:
        settings = settings.model_copy(update={"store_url": SecretStr(store_url)})
    ring = KeyRing.load_or_create(settings.key_ring_file)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(embedded_server(folder if keep else None))
        client = await Client.connect(
            server.target, namespace=server.namespace, plugins=[course_plugin(ring)], interceptors=[DelayedStart()]
        )
        skipper = TimeSkipper(
            client,
            config=TimeSkippingConfig(enabled=False, disable_propagation=True, max_session_skip_count=SKIPS_MOST),
        )
        opened = await stack.enter_async_context(open_application(settings, client=skipper.client, ring=ring))
        app = opened if real_chairs else replace(opened, clinic=with_room_for_all(opened.clinic))
        await staff_without_passphrases(app.store, clinic_folder / "staff.toml")
        await _cast(app)
        keys = await _keys(app)
        workers: Workers = SeparateWorker(app, server.target) if killable else InProcessWorker(app)
        await workers.start()
        stack.push_async_callback(workers.stop, kill=False)
        yield Stage(server, app, skipper, workers, Courses(app, Signers.of(keys)), keys)


async def _keys(app: Application) -> dict[str, PersonalKey]:
    """A signing key for each of the staff, in the log, whose private half nobody has but this stage."""
    keys = {one.account_id: PersonalKey.fresh() for one in await app.store.staff.accounts()}
    for account, key in keys.items():
        await app.store.signing_keys.enrol(StoredKey(key.key_id, account, ALGORITHM, key.public_key))
    return keys


async def _cast(app: Application) -> None:
    """The people whom scenarios name, also where a clinic has a staff of its own."""
    site = next(iter(app.clinic.sites))
    for one in (*CAST.values(), SECOND):
        if one.role is not Role.PATIENT and await app.store.staff.account(one.account_id) is None:
            made_up = Account(one.account_id, one.name, one.role, site, f"{one.account_id}@clinic.invalid")
            await app.store.staff.add(made_up, NO_PASSPHRASE)
