import os
import signal
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.common import VersioningBehavior
from temporalio.testing import TimeSkipper
from temporalio.worker import Replayer

from adapters.keyring import KeyRing
from adapters.settings import Settings
from adapters.temporal.plugin import build_id, connect, course_plugin, course_worker, make_current
from adapters.temporal.server import EmbeddedServer, ServerError, address_file, embedded_server, read_address
from tests.clock import go_to
from tests.spec.temporal.toy import Ledger, Toy, double

SECRET = "the patient said so"


async def test_a_pinned_worker_takes_work_once_its_build_is_current(client: Client, settings: Settings) -> None:
    """A new workflow runs on the current build and is pinned to it."""
    async with course_worker(client, settings, workflows=[Toy], activities=[double], build="b1"):
        await make_current(client, settings, "b1")
        handle = await client.start_workflow(
            Toy.run, Ledger(pages_left=1), id=settings.task_queue, task_queue=settings.task_queue
        )
        assert await handle.execute_update(Toy.write, "hello") == 1
        info = (await handle.describe()).raw_description.workflow_execution_info.versioning_info
        assert info.behavior == VersioningBehavior.PINNED.value
        assert info.deployment_version.build_id == "b1"
        assert info.deployment_version.deployment_name == settings.task_queue
        with pytest.raises(WorkflowUpdateFailedError):
            await handle.execute_update(Toy.write, "")
        await handle.terminate()


async def test_the_server_stores_nothing_readable(client: Client, settings: Settings) -> None:
    """Arguments, results, memo, summaries and the words of failures are nowhere in the clear."""
    async with course_worker(client, settings, workflows=[Toy], activities=[double]):
        await make_current(client, settings)
        handle = await client.start_workflow(
            Toy.run,
            Ledger(pages_left=2, every_days=0, notes=(SECRET,), dose_mg=Decimal("-1.25")),
            id=settings.task_queue,
            task_queue=settings.task_queue,
            memo={"card": SECRET},
            static_summary=SECRET,
        )
        with pytest.raises(WorkflowFailureError) as failed:
            await handle.result()
    description = await handle.describe()
    history = await handle.fetch_history()
    stored = description.raw_description.SerializeToString()
    stored += b"".join(event.SerializeToString() for event in history.events)
    assert await description.memo_value("card") == SECRET
    assert "-1.25 mg is not a dose" in str(failed.value.cause.__cause__)
    assert b"binary/encrypted" in stored
    for word in (SECRET, "pages_left", "-1.25", "is not a dose"):
        assert word.encode() not in stored


async def test_a_stray_plaintext_message_refuses_itself_alone(
    server: EmbeddedServer, client: Client, settings: Settings
) -> None:
    """An update that nobody encrypted is refused, and the workflow answers the next one."""
    stranger = await Client.connect(server.target)
    async with course_worker(client, settings, workflows=[Toy], activities=[double]):
        await make_current(client, settings)
        handle = await client.start_workflow(
            Toy.run, Ledger(pages_left=1), id=settings.task_queue, task_queue=settings.task_queue
        )
        with pytest.raises(WorkflowUpdateFailedError):
            await stranger.get_workflow_handle(handle.id).execute_update("write", "in the clear")
        assert await handle.execute_update(Toy.write, "sealed") == 1
        await handle.terminate()


async def test_temporal_variables_win_over_the_embedded_server(
    monkeypatch: pytest.MonkeyPatch, server: EmbeddedServer, keyring: KeyRing, settings: Settings
) -> None:
    """TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE say where to connect; where nobody listens, that is said."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", server.target)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "default")
    assert (await connect(settings, keyring)).service_client.config.target_host == server.target
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")
    with pytest.raises(ServerError, match=r"No Temporal server answers at 127\.0\.0\.1:9"):
        await connect(settings, keyring)


async def test_a_virtual_year_passes_over_many_pages(
    skipper: TimeSkipper, keyring: KeyRing, settings: Settings
) -> None:
    """Timers, activities and updates land at their own virtual instants, across pages; the last one replays."""
    async with course_worker(skipper.client, settings, workflows=[Toy], activities=[double]):
        await make_current(skipper.client, settings)
        handle = await skipper.client.start_workflow(
            Toy.run,
            Ledger(pages_left=12, dose_mg=Decimal("0.5")),
            id=settings.task_queue,
            task_queue=settings.task_queue,
        )
        began = await skipper.get_current_time(handle)
        for month in range(11):
            assert await go_to(skipper, handle, began + timedelta(days=30 * month + 15))
            assert await handle.execute_update(Toy.write, f"month {month}") == 1
        assert not await go_to(skipper, handle, began + timedelta(days=400)), "it ended before"
        done = await handle.result()
        last_page = await skipper.client.get_workflow_handle(handle.id).fetch_history()
    await Replayer(workflows=[Toy], plugins=[course_plugin(keyring)]).replay_workflow(last_page)
    assert done.notes == tuple(f"month {month}" for month in range(11))
    assert done.dose_mg == Decimal("2048.0")
    for page, instant in enumerate(done.instants, start=1):
        assert abs(instant - began - timedelta(days=30 * page)) < timedelta(minutes=1)


async def test_a_killed_server_goes_on_from_its_file(keyring: KeyRing, settings: Settings) -> None:
    """What an update was told survives kill -9 of the server; worker and client find the new one."""
    folder = settings.data_folder
    async with embedded_server(folder) as first:
        port = int(first.target.partition(":")[2])
        client = await connect(settings, keyring)
        async with course_worker(client, settings, workflows=[Toy], activities=[double]):
            await make_current(client, settings)
            handle = await client.start_workflow(
                Toy.run, Ledger(pages_left=1), id="toy", task_queue=settings.task_queue
            )
            assert await handle.execute_update(Toy.write, "before") == 1
            os.kill(first.pid, signal.SIGKILL)
            await first.process.wait()
            async with embedded_server(folder, port=port) as second:
                assert second.pid != first.pid
                assert await handle.execute_update(Toy.write, "after") == 2
                keep = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
                assert keep.config.workflow_execution_retention_ttl.seconds == 87_600 * 3600
    assert not address_file(folder).exists()


async def test_two_servers_never_share_a_folder(tmp_path: Path) -> None:
    """A second server on the same folder is refused, and told where the first one is."""
    async with embedded_server(tmp_path) as first:
        address = read_address(tmp_path)
        assert address is not None
        assert (address.target, address.pid) == (first.target, first.pid)
        with pytest.raises(ServerError, match=f"process {first.pid} at {first.target}"):
            async with embedded_server(tmp_path):
                pass
        with pytest.raises(ServerError, match="already in use"):
            async with embedded_server(port=int(first.target.partition(":")[2])):
                pass
    assert read_address(tmp_path) is None
    with pytest.raises(ProcessLookupError):
        os.kill(first.pid, 0)


async def test_without_a_server_the_way_out_is_named(settings: Settings, keyring: KeyRing) -> None:
    """Connecting with no server known says how to get one."""
    with pytest.raises(ServerError, match="run 'make up', or set TEMPORAL_ADDRESS"):
        await connect(settings, keyring)


def test_the_build_id_changes_with_the_rules_alone(tmp_path: Path) -> None:
    """A changed rule is another build; a changed adapter is not."""
    for folder in ("course", "workflows", "activities", "adapters"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "one.py").write_text("A = 1\n")
    before = build_id(tmp_path)
    (tmp_path / "adapters" / "one.py").write_text("A = 2\n")
    assert build_id(tmp_path) == before
    (tmp_path / "course" / "one.py").write_text("A = 2\n")
    assert build_id(tmp_path) != before
