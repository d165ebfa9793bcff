"""Logs: one line per event, ids only; an exception's own words only where this program wrote them."""

import logging
import sys
import traceback
from pathlib import Path

import structlog
from structlog.stdlib import ExtraAdder, ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger
from temporalio import activity, workflow
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from adapters.settings import LogFormat, Settings, SettingsError

ROOT = Path(__file__).parent.parent
OURS = frozenset({"activities", "adapters", "audit", "cli", "console", "course", "workflows"})
CORE = "temporalio.core"
FRAMES = 3


def configure_logs(settings: Settings) -> None:
    """Send the lines of this program, of Temporal and of every library to standard error, in one form."""
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *before, ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[ExtraAdder(), *before],
            processors=[without_content, ProcessorFormatter.remove_processors_meta, renderer(settings.log_format)],
        )
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    workflow.logger.workflow_info_on_message = False
    activity.logger.activity_info_on_message = False


def renderer(form: LogFormat) -> Processor:
    """JSON lines, or pretty ones on a terminal."""
    if form is LogFormat.PRETTY or (form is LogFormat.AUTO and sys.stderr.isatty()):
        return structlog.dev.ConsoleRenderer()
    return structlog.processors.JSONRenderer()


def without_content(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep types and places of an exception, and the head of a library's line: the rest may quote a patient."""
    error = raised(event.pop("exc_info", None))
    if error is not None:
        event["error"] = described(error)
    for name in ("stack_info", "temporal_log", "__temporal_error_identifier"):
        event.pop(name, None)
    record = event.get("_record")
    if isinstance(record, logging.LogRecord) and not is_ours(record):
        event["event"] = str(event["event"]).partition("\n")[0].partition(": ")[0]
    return event


def raised(exc_info: object) -> BaseException | None:
    """The exception that a line is about."""
    found = exc_info[1] if isinstance(exc_info, tuple) else sys.exc_info()[1] if exc_info is True else exc_info
    return found if isinstance(found, BaseException) else None


def is_ours(record: logging.LogRecord) -> bool:
    """Whether this program wrote the line, or Temporal's core, which sees only what is encrypted."""
    return record.name.startswith(CORE) or is_project_file(Path(record.pathname))


def described(error: BaseException) -> list[str]:
    """The chain of exceptions: type, place, and the message of those that this program defines."""
    lines: list[str] = []
    seen: BaseException | None = error
    while seen is not None:
        kind = type(seen)
        where = traceback.extract_tb(seen.__traceback__)[-FRAMES:]
        place = "".join(f" at {place_of(frame)}" for frame in reversed(where))
        words = f": {seen}" if kind.__module__.partition(".")[0] in OURS or isinstance(seen, OSError) else ""
        lines.append(f"{kind.__module__}.{kind.__qualname__}{place}{words}")
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return lines


def place_of(frame: traceback.FrameSummary) -> str:
    """File, line and function."""
    path = Path(frame.filename)
    if is_project_file(path):
        return f"{path.relative_to(ROOT)}:{frame.lineno} in {frame.name}"
    return f"{'/'.join(path.parts[-2:])}:{frame.lineno} in {frame.name}"


def is_project_file(path: Path) -> bool:
    """Whether this program's authors wrote the file."""
    return path.is_relative_to(ROOT) and "site-packages" not in path.parts


def worker_runtime(settings: Settings) -> Runtime:
    """Temporal's core: its log lines go where ours go, its metrics to Prometheus when an address is set."""
    metrics = PrometheusConfig(bind_address=settings.metrics_address) if settings.metrics_address else None
    forwarding = LogForwardingConfig(logger=logging.getLogger(CORE))
    logs = LoggingConfig(filter=TelemetryFilter(core_level="WARN", other_level="ERROR"), forwarding=forwarding)
    try:
        made = Runtime(telemetry=TelemetryConfig(logging=logs, metrics=metrics))
    except ValueError as error:
        why = str(error).removeprefix("Failed starting Prometheus exporter: ").partition(" (")[0].lower()
        raise SettingsError(
            f"ST_METRICS_ADDRESS={settings.metrics_address} cannot be listened at ({why}): choose another port."
        ) from None
    Runtime.set_default(made, error_if_already_set=False)  # a replayer, too, writes its lines where ours go
    return made
