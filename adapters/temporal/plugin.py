"""How the program meets Temporal: one plugin, one way to connect, one kind of worker."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from cryptography.x509 import load_pem_x509_certificate
from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes, PayloadConverter
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.plugin import SimplePlugin
from temporalio.runtime import Runtime
from temporalio.service import RPCError, TLSConfig
from temporalio.worker import PollerBehaviorAutoscaling, UnsandboxedWorkflowRunner, Worker, WorkerDeploymentConfig

from adapters.identity.signing import Signatures, Signer
from adapters.keyring import KeyRing
from adapters.settings import Settings, variable
from adapters.temporal.codec import EncryptingCodec
from adapters.temporal.server import ServerError, read_address
from adapters.temporal.whole_tasks import AskAgain, WholeTasks

ROOT = Path(__file__).parents[2]
# What a running course replays against: a change here is another build.
BUILT_FROM = ("activities", "course", "workflows")
CURRENT_SECONDS = 60
ONE_TRY = timedelta(seconds=5)


@cache
def _converter() -> PayloadConverter:
    """One for the whole process: it keeps nothing of a course, and the SDK asks for it anew with every task."""
    return PydanticPayloadConverter()


def data_converter(ring: KeyRing) -> DataConverter:
    """Pydantic models as JSON, encrypted; the messages and stacks of failures too."""
    return DataConverter(
        payload_converter_class=cast("type[PayloadConverter]", _converter),
        payload_codec=EncryptingCodec(ring),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


def course_plugin(
    ring: KeyRing, workflows: Sequence[type] = (), activities: Sequence[Callable[..., Any]] = ()
) -> SimplePlugin:
    """What client, worker and replayer must agree on; what a sandbox would watch, checks watch (decision 0022)."""
    return SimplePlugin(
        "structured-treatments",
        data_converter=data_converter(ring),
        workflows=list(workflows),
        activities=list(activities),
        workflow_runner=UnsandboxedWorkflowRunner(),
        interceptors=[AskAgain(), Signatures(Signer(ring))],
    )


async def connect(settings: Settings, ring: KeyRing, *, runtime: Runtime | None = None) -> Client:
    """A client of the server that TEMPORAL_* or its profile names, else of the one left running in the data folder."""
    try:
        config = ClientConfig.load_client_connect_config()
    except (RuntimeError, ValueError, OSError) as error:
        raise ServerError(f"The Temporal configuration cannot be read: {error}.") from None
    if "target_host" not in config:
        address = read_address(settings.data_folder)
        if address is None:
            raise ServerError("No Temporal server is known: run 'make up', or set TEMPORAL_ADDRESS.")
        config["target_host"] = address.target
        config["namespace"] = address.namespace
    config.setdefault("namespace", settings.namespace)
    _take_api_key(config, settings)
    try:
        return await Client.connect(**config, plugins=[course_plugin(ring)], runtime=runtime)
    except (RuntimeError, ValueError) as error:
        raise ServerError(_why_not(config["target_host"], str(error), config.get("tls", False))) from None


def _take_api_key(config: ClientConnectConfig, settings: Settings) -> None:
    """The API key from its file, if there is one; no key goes over a wire that others can read."""
    path, name = settings.temporal_api_key_file, variable("temporal_api_key_file")
    if path is not None:
        try:
            key = path.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            raise ServerError(f"The API key cannot be read from {path}: see {name}.") from None
        if not key:
            raise ServerError(f"There is no API key in {path}: see {name}.")
        config["api_key"] = key
        config.setdefault("tls", True)
    if config.get("api_key") and config.get("tls") is False:
        raise ServerError("An API key goes only over TLS: unset TEMPORAL_TLS, which is false.")


WHY_NOT = {
    "InvalidCertificate(Expired": "The TLS certificate of {} has expired: whoever runs that server renews it.",
    "InvalidCertificate(NotValidForName": (
        "The TLS certificate of {} is for another name: set TEMPORAL_TLS_SERVER_NAME to the one in it."
    ),
    "InvalidCertificate": (
        "The TLS certificate of {} is not trusted: set TEMPORAL_TLS_SERVER_CA_CERT_PATH to its authority."
    ),
    "InvalidContentType": "The server at {} does not speak TLS: unset TEMPORAL_TLS, or give the address that does.",
    "Unauthenticated": "The server at {} does not let this program in: check its API key.",
    "PermissionDenied": "The server at {} does not let this program in: check its API key or client certificate.",
}
"""What the client library says, and what it means; the first that is found counts."""


def _why_not(target: str, text: str, tls: bool | TLSConfig) -> str:
    """Why nobody could connect, in one sentence; the client library has only its own words for it."""
    for words, sentence in WHY_NOT.items():
        if words in text:
            return sentence.format(target)
    if "error after connection" in text:
        return _why_ended(target, tls)
    if tls and "tcp connect error" not in text and "dns error" not in text:
        return f"TLS with {target} fails: check the TEMPORAL_TLS_* variables, and that the certificates fit the server."
    return f"No Temporal server answers at {target}: start it, then try again."


def _why_ended(target: str, tls: bool | TLSConfig) -> str:
    """Why a server ended a connection that it had taken: with TLS it says so only after it saw what the client has."""
    if not tls:
        return f"The server at {target} does not speak plain Temporal: set TEMPORAL_TLS=true where it wants TLS."
    own = tls.client_cert if isinstance(tls, TLSConfig) else None
    if own is None:
        return f"The server at {target} wants a client certificate: set TEMPORAL_TLS_CLIENT_CERT_PATH and _KEY_PATH."
    if _has_expired(own):
        return "The client certificate has expired: renew what TEMPORAL_TLS_CLIENT_CERT_PATH names."
    return f"The server at {target} does not take the client certificate: get one from an authority that it trusts."


def _has_expired(certificate: bytes) -> bool:
    try:
        return load_pem_x509_certificate(certificate).not_valid_after_utc < datetime.now(UTC)
    except ValueError:
        return False


def build_id(root: Path = ROOT) -> str:
    """The name of the code that courses replay against, from its content."""
    digest = sha256()
    for path in sorted(path for folder in BUILT_FROM for path in (root / folder).rglob("*.py")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def course_worker(
    client: Client,
    settings: Settings,
    *,
    workflows: Sequence[type],
    activities: Sequence[Callable[..., Any]] = (),
    signer: Signer | None = None,
    build: str | None = None,
    activity_executor: ThreadPoolExecutor | None = None,
) -> Worker:
    """A versioned worker whose courses stay on its build until their page turns; the deployment is the task queue.

    With a signer it takes acts only from accounts of that signer's store.
    """
    version = WorkerDeploymentVersion(deployment_name=settings.task_queue, build_id=build or build_id())
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=workflows,
        activities=activities,
        activity_executor=activity_executor,
        deployment_config=WorkerDeploymentConfig(
            version=version, use_worker_versioning=True, default_versioning_behavior=VersioningBehavior.PINNED
        ),
        graceful_shutdown_timeout=timedelta(seconds=settings.graceful_shutdown_seconds),
        max_cached_workflows=settings.max_cached_workflows,
        max_concurrent_workflow_tasks=settings.max_concurrent_workflow_tasks,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
        plugins=[WholeTasks()],
        interceptors=[Signatures(signer)] if signer is not None else [],
    )


async def make_current(client: Client, settings: Settings, build: str | None = None) -> None:
    """Give new courses to this build, as soon as one of its workers polls."""
    build = build or build_id()
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace, deployment_name=settings.task_queue, build_id=build, identity=client.identity
    )
    last = "no answer"
    try:
        async with asyncio.timeout(CURRENT_SECONDS):
            while True:
                try:
                    await client.workflow_service.set_worker_deployment_current_version(request, timeout=ONE_TRY)
                except RPCError as error:
                    last = error.message
                    await asyncio.sleep(0.1)
                else:
                    return
    except TimeoutError:
        raise ServerError(
            f"Build {build} did not become current within {CURRENT_SECONDS} seconds: "
            f"see that a worker of it polls {settings.task_queue} ({last})."
        ) from None
