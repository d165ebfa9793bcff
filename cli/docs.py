"""`python -m cli.docs`: writes docs/reference from the code; `--check` fails where they have drifted apart."""

import inspect
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

from pydantic_core import PydanticUndefined

from adapters.clinic.files import load_clinic
from adapters.clinic.texts import load_texts
from adapters.clinic.wording import FACTS
from adapters.settings import Settings, variable
from cli.app import COMMANDS, NOUNS
from cli.reference import access, clinical, format_pages
from cli.session import OutputOptions
from course.actions import PERMISSIONS
from course.model.occasions import RULES
from course.phases import LEADS_TO

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "reference"
SHIPPED = frozenset(
    {
        "anxiety", "bipolar-depression", "crps", "depression", "fibromyalgia", "ptsd", "treatment-resistant-depression",
        "asrm", "audit_c", "cssrs_screener", "gad7", "madrs", "nrs_pain", "pcl5", "peg", "phq9", "qids_sr16",
        "whodas12", "ymrs",
    }
)  # fmt: skip
"""The protocols and instruments that come with the software; a clinic may add its own beside them."""

NOTE = "<!-- Written by `python -m cli.docs`; do not edit. -->\n\n"


def cli() -> str:
    """Every command with its help."""
    parts = [
        "# Commands\n\nEvery command takes `--json`; acts take `--at`, `--reason` and `--request-id` too. ",
        EXIT_CODES,
    ]
    for group, commands in COMMANDS.items():
        parts.append(f"## {group}\n")
        parts += [_command(name, where) for name, where in commands.items()]
        if group == "Library":
            parts += [
                _command(f"{noun} {verb}", f"library.library:{noun}_{verb}") for noun in NOUNS for verb in NOUNS[noun]
            ]
    return "\n".join(parts)


def _command(name: str, where: str) -> str:
    module, _, function = where.partition(":")
    found = getattr(import_module(f"cli.{module}"), function)
    return f"### {name}\n\n{inspect.getdoc(found) or ''}\n\n{_parameters(found)}\n"


EXIT_CODES = """
Exit codes: 0 done; 1 refused or failed, one sentence says why; 2 wrong usage; 3 not signed in or not allowed; \
4 no server.
"""


def _parameters(found: Callable[..., Any]) -> str:
    rows = list[str]()
    for one in inspect.signature(found).parameters.values():
        if isinstance(one.default, OutputOptions):
            continue
        if is_dataclass(one.annotation):
            rows += _options(one.annotation)
            continue
        kind = "argument" if one.kind in {one.POSITIONAL_OR_KEYWORD, one.POSITIONAL_ONLY} else "option"
        rows.append(_parameter(one.name, one.annotation, one.default, kind))
    return "\n".join(["| name | kind | default | |", "|---|---|---|---|", *rows]) if rows else ""


def _options(group: Any) -> Iterator[str]:
    """The options of a group, and of the groups within it."""
    for one in fields(group):
        if is_dataclass(one.type):
            yield from _options(one.type)
        else:
            yield _parameter(one.name, one.type, one.default, "option")


def _parameter(name: str, annotation: Any, default: Any, kind: str) -> str:
    helped = next((extra.help for extra in get_args(annotation)[1:] if getattr(extra, "help", None)), "")
    shown = "" if default in {MISSING, inspect.Parameter.empty, None, "", False} else f"`{default}`"
    return f"| `{name.strip('_').replace('_', '-')}` | {kind} | {shown} | {helped} |"


def settings() -> str:
    """Every setting with its variable, default and meaning."""
    rows = [
        f"| `{variable(name)}` | {_default(field.default, field.default_factory)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    head = "# Settings\n\nFrom the environment or `.env`; so do Temporal's own `TEMPORAL_*` variables and profiles.\n"
    return "\n".join([head, "| variable | default | meaning |", "|---|---|---|", *rows, ""])


def _default(default: Any, factory: Any) -> str:
    return "" if factory is not None or default in {None, PydanticUndefined} else f"`{default}`"


def actions() -> str:
    """Who may do what, when."""
    rows = []
    for action, who in PERMISSIONS.items():
        held = {None: "any", True: "only while held", False: "not while held"}[who.held]
        statuses = ", ".join(sorted(who.statuses)) if who.statuses else ""
        cells = (action, _listed(who.roles), _listed(who.phases), statuses, held, "yes" if who.reason else "")
        rows.append("| " + " | ".join(cells) + " |")
    head = "# Acts\n\nOne table: action x phase x session status x held -> roles (`course/actions.py`).\n"
    return "\n".join(
        [head, "| act | roles | phases | session is | hold | reason |", "|---|---|---|---|---|---|", *rows, ""]
    )


def _listed(words: frozenset[Any]) -> str:
    return ", ".join(sorted(words))


def messages() -> str:
    """Every kind of message: how it behaves and what it says."""
    texts = load_texts(ROOT / "clinic", load_clinic(ROOT / "clinic").sites).languages["en"]
    rows = []
    for kind, rule in RULES.items():
        text = texts.kinds.of(kind) if kind in FACTS else None
        subject = text.subject if text is not None else "(no message)"
        facts = ", ".join(sorted(FACTS.get(kind, ())))
        resend = rule.resend_if_moved_by or ""
        capped = "yes" if rule.capped else ""
        rows.append(f"| {kind} | {rule.stale_after or ''} | {resend} | {capped} | {subject} | {facts} |")
    head = "# Occasions and messages\n\nIn the order in which simultaneous ones are taken; safety first.\n"
    columns = "| kind | stale after | repeated if moved by | capped | subject | facts |"
    return "\n".join([head, columns, "|---|---|---|---|---|---|", *rows, ""])


def phases() -> str:
    """The clinic's page as a state diagram."""
    decided = [f"    evaluation --> {phase}: {decision}" for decision, phase in LEADS_TO.items()]
    again = [f"    maintenance --> {phase}: {decision}" for decision, phase in LEADS_TO.items() if decision != "extend"]
    fixed = [
        "    [*] --> intake",
        "    intake --> induction: clearance signed",
        "    induction --> evaluation: series over or ceased",
    ]
    ends = [f"    {phase} --> closed: discharge or withdrawal" for phase in ("intake", "induction")]
    ends += [f"    {phase} --> closed: withdrawal" for phase in ("evaluation", "maintenance")]
    back = [
        "    closed --> intake: reopen before any dose",
        "    closed --> evaluation: reopen",
        "    closed --> [*]: amendment period over",
    ]
    lines = [*fixed, *decided, *again, *ends, *back]
    return "\n".join(["# Phases\n", "```mermaid", "stateDiagram-v2", *lines, "```", ""])


def clinical_reference() -> str:
    """What the protocols and instruments say that ship; a clinic's own are read with `protocols show`."""
    return clinical.page(ROOT / "clinic", SHIPPED)


def lives() -> str:
    """Every shipped scenario: what it is called, what happens in it, how to play it."""
    parts = ["# Lives\n\nMade-up courses that show what the system does; a test plays each of them.\n"]
    for path in sorted((ROOT / "clinic" / "scenarios").glob("*.toml")):
        told = tomllib.loads(path.read_text())
        about = " ".join(told.get("about", "").split())
        parts.append(f"## {told['title']}\n\n{about}\n\n`starter.py simulate {path.stem}`\n")
    return "\n".join(parts)


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli,
    "settings.md": settings,
    "actions.md": actions,
    "access.md": access.page,
    "messages.md": messages,
    "phases.md": phases,
    "clinic-format.md": format_pages.clinic,
    "staff-format.md": format_pages.staff,
    "protocol-format.md": format_pages.protocols,
    "instrument-format.md": format_pages.instruments,
    "texts-format.md": format_pages.texts,
    "pages-format.md": format_pages.pages,
    "clinical.md": clinical_reference,
    "scenario-format.md": format_pages.scenarios,
    "lives.md": lives,
}


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check say which have drifted."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    pages = {FOLDER / name: f"{NOTE}{page().rstrip()}\n" for name, page in PAGES.items()}
    if "--check" in arguments:
        drifted = [path for path, text in pages.items() if not path.exists() or path.read_text() != text]
        for path in drifted:
            print(f"{path.relative_to(ROOT)} has drifted from the code: run `python -m cli.docs`", file=sys.stderr)
        return 1 if drifted else 0
    for path, text in pages.items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
