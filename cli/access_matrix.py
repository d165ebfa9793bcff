"""What each command takes: an act, a use of the services, a sign-in, or no more than this machine."""

from collections.abc import Mapping
from enum import StrEnum

from cli.app import COMMANDS, NOUNS
from course.actions import PERMISSIONS
from course.model.terms import Action, Role
from services.permissions import USES, Use

STAFF = (Role.COORDINATOR, Role.NURSE, Role.PRESCRIBER, Role.AUDITOR, Role.OPS)
"""Who has an account."""


class Door(StrEnum):
    """What lets somebody in who does no act and uses nothing that has a table."""

    SIGNED_IN = "a sign-in"
    MACHINE = "this machine's files"


Takes = Action | Use | Door

OTHERS: Mapping[str, Takes] = {
    **dict.fromkeys(("login", "up", "webhook", "doctor", "notary", "search-attributes"), Door.MACHINE),
    **dict.fromkeys(("simulate", "demo", "score"), Door.MACHINE),
    **{f"{noun} {verb}": Door.MACHINE for noun, verbs in NOUNS.items() for verb in verbs},
    **dict.fromkeys(("logout", "whoami", "passphrase", "staff list", "oncall show"), Door.SIGNED_IN),
    **dict.fromkeys(("list", "needs", "show", "forecast", "judge", "explain", "timeline"), Door.SIGNED_IN),
    **dict.fromkeys(("slots", "waitlist list", "proof", "audit timeline"), Door.SIGNED_IN),
    "passphrase ACCOUNT": Use.PASSPHRASES,
    "staff load": Use.LOAD_STAFF,
    "staff disable": Use.DISABLE,
    "staff enable": Use.ENABLE,
    **dict.fromkeys(("oncall turn", "oncall remove", "oncall leave", "oncall back"), Use.ON_CALL),
    "enrol": Use.ENROL,
    "patient": Use.PUT_RIGHT,
    "address": Use.ADDRESS,
    "inbox": Use.REPLIES,
    "lab": Action.GATE,
    "close-site": Action.DEFER,
    "downtime-sheet": Use.SHEETS,
    **dict.fromkeys(("waitlist add", "waitlist drop"), Use.WAITING),
    **dict.fromkeys(("vial receive", "vial open", "vial discard", "draw", "give", "waste", "count"), Use.DRUGS),
    "discrepancy": Use.DRUGS,
    **dict.fromkeys(("vial list", "drug-log"), Use.DRUG_LOG),
    "access": Use.ACCESS,
    "audit verify": Use.VERIFY,
    **dict.fromkeys(("audit search", "audit access", "audit review"), Use.AUDIT),
    "audit export": Use.EXPORT,
    "wake": Use.WAKE,
    "rescue": Use.RESCUE,
}
"""The commands that are not called like the act that they do."""


def takes() -> dict[str, Takes]:
    """What each command takes, in the order of `--help`; raises KeyError for one of which nobody has said it."""
    names = [name for commands in COMMANDS.values() for name in commands]
    words = [*names, *(f"{noun} {verb}" for noun, verbs in NOUNS.items() for verb in verbs)]
    words.insert(words.index("passphrase") + 1, "passphrase ACCOUNT")
    return {name: OTHERS[name] if name in OTHERS else Action(name.replace("-", "_")) for name in words}


def lets(what: Takes, role: Role) -> bool:
    """Whether a role may do this, as the tables say it."""
    match what:
        case Action():
            return role in PERMISSIONS[what].roles
        case Use():
            return role in USES[what].roles
        case _:
            return True
