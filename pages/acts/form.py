"""What a form of an act is made of."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from course.model.messages import Receipt
from course.model.record import CourseRecord
from course.model.terms import Action
from services.errors import InputError
from services.session import ActRequest, StaffSession
from services.signatures import Signature

Typed = Mapping[str, str]
Option = tuple[str, str]
Send = Callable[[StaffSession, str, Typed, ActRequest], Awaitable[Receipt]]


class Input(Enum):
    """How a field is asked for."""

    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    CHOICE = "choice"
    TICK = "tick"


@dataclass(frozen=True)
class Field:
    """One field: its name in the act, its label, and what it offers to choose from, read off the course."""

    name: str
    label: str
    input: Input = Input.LINE
    options: Callable[[CourseRecord], Sequence[Option]] | Sequence[Option] = ()
    help: str = ""
    required: bool = False

    def offered(self, record: CourseRecord) -> Sequence[Option]:
        """What may be chosen: value and words."""
        return self.options(record) if callable(self.options) else self.options


async def plainly(at: StaffSession, course: str, _: Typed, request: ActRequest) -> Receipt:
    """Send the act as it is."""
    return await at.perform(course, request)


@dataclass(frozen=True)
class ActForm:
    """The form of one act: its title, what follows from it, its fields, and the service that takes it.

    `beside` says what the record has to say about it, which decides nothing; `reasoned` asks for a reason at once,
    where it may be owed.
    """

    action: Action
    title: str
    fields: tuple[Field, ...] = ()
    follows: str = ""
    button: str = "Save"
    dated: bool = True
    second: bool = False
    reasoned: bool = False
    send: Send = plainly
    beside: Callable[[CourseRecord], Sequence[Option]] | None = None

    def request(self, typed: Typed) -> ActRequest:
        """The act as it was typed; what is empty is left out."""
        details: dict[str, Any] = {}
        times: dict[str, str] = {}
        for one in self.fields:
            value = typed.get(one.name, "").strip()
            if one.input is Input.TIME:
                times[one.name] = value
            elif one.input is Input.TICK:
                details[one.name] = value == "yes"
            elif value:
                details[one.name] = value
        return ActRequest(
            action=self.action,
            details=details,
            times=times,
            at=typed.get("at", "").strip(),
            reason=typed.get("reason", ""),
            sure=typed.get("sure") == "yes",
            request_id=typed.get("request_id", ""),
            second=self._second(typed),
        )

    def _second(self, typed: Typed) -> Signature | None:
        """The signature of a second person, where one was typed."""
        account = typed.get("second", "").strip() if self.second else ""
        return Signature(account, typed.get("second_passphrase", "")) if account else None


def without(request: ActRequest, *names: str) -> ActRequest:
    """The request without the details that a service takes by itself."""
    return replace(request, details={name: value for name, value in request.details.items() if name not in names})


def several(typed: str) -> tuple[str, ...]:
    """What was typed with semicolons between."""
    return tuple(one.strip() for one in typed.split(";") if one.strip())


def yes_or_no(word: str) -> bool | None:
    """A choice of yes and no, None where neither was made."""
    return {"true": True, "false": False}.get(word)


def number(typed: str, what: str) -> float | None:
    """A number as typed, None where nothing was; raises InputError."""
    try:
        return float(typed.strip().replace(",", ".")) if typed.strip() else None
    except ValueError:
        raise InputError(f"{what} is a number: 14, or 14.5") from None


def words(kinds: type[Enum]) -> tuple[Option, ...]:
    """Every word of a vocabulary as an option."""
    return tuple((str(one.value), str(one.value).replace("_", " ")) for one in kinds)
