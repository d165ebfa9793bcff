"""The page of who may do what: every role by every command and every act, from the tables that decide it."""

from collections.abc import Sequence

from cli.access_matrix import STAFF, Takes, lets, takes
from course.actions import PERMISSIONS
from course.model.terms import Role

EVERYBODY = (*STAFF, Role.PATIENT, Role.COURSE)

HEAD = """# Who may do what

`services/permissions.py` says it for what is no act, `course/actions.py` for acts; a test tries every cell. An act \
may be refused for its phase, a hold or its session as well: see [acts](actions.md). What a patient does comes by the \
webhook or is written down for them; `course` is the software itself.

What takes a sign-in is there for every role: looks at patients stand in the access log. What takes this machine's \
files is there for whoever can read the key ring or the notary's key, and is kept by the operating system.
"""


def page() -> str:
    """The whole page."""
    commands = [_row(name, what, STAFF) for name, what in takes().items()]
    acts = [_row(action, action, EVERYBODY) for action in PERMISSIONS]
    return "\n".join([
        HEAD,
        "## Commands\n",
        *_heads(("command", "takes"), STAFF),
        *(f"| `{name}` | {what} | {cells} |" for name, what, cells in commands),
        "\n## Acts\n",
        *_heads(("act",), EVERYBODY),
        *(f"| {name} | {cells} |" for name, _, cells in acts),
        "",
    ])  # fmt: skip


def _row(name: str, what: Takes, roles: Sequence[Role]) -> tuple[str, str, str]:
    return name, what.value.replace("_", " "), " | ".join("yes" if lets(what, role) else "no" for role in roles)


def _heads(first: Sequence[str], roles: Sequence[Role]) -> list[str]:
    return [f"| {' | '.join((*first, *roles))} |", "|---" * (len(first) + len(roles)) + "|"]
