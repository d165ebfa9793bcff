"""Strict loaders for the clinic's TOML files: every mistake is one sentence with its file and line."""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from difflib import get_close_matches
from hashlib import sha256
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from typing_extensions import override

from course.library.findings import Finding
from course.library.instrument_check import instrument_findings
from course.library.protocol_check import protocol_findings
from course.library.toml_lines import Path, line_at, lines_of
from course.model.protocol.instrument import Instrument
from course.model.protocol.protocol import Protocol

Model = TypeVar("Model", bound=BaseModel)

BOM = "\ufeff"
DEPTH_MOST = 20
_QUOTED = re.compile(r'"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"' r"|'''.*?'''|'[^'\n]*'|#[^\n]*", re.DOTALL)
_NESTING = re.compile(r"[\[\]{}\n]")


@dataclass(frozen=True, order=True)
class Fault:
    """One mistake in one file; line 0 speaks of the file as a whole."""

    file: str
    line: int
    sentence: str

    @override
    def __str__(self) -> str:
        return f"{self.file}{f' line {self.line}' if self.line else ''}: {self.sentence}"


class LoadError(ValueError):
    """All mistakes that were found, one sentence a line."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


def decoded(raw: bytes, file: str) -> str:
    """The text of a file, without the byte order mark that some editors write; raises LoadError with the line."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise LoadError([Fault(file, line, "this is not UTF-8 text: save it as UTF-8")]) from None


def load_instrument(text: str, file: str) -> Instrument:
    """The instrument in a file, its worked examples scored; raises LoadError."""
    return _stamped(read(text, file, Instrument, instrument_findings), text)


def load_protocol(text: str, file: str, instruments: Mapping[str, Instrument | None]) -> Protocol:
    """The protocol in a file, judged together with the instruments that it names; raises LoadError."""
    return _stamped(read(text, file, Protocol, lambda protocol: protocol_findings(protocol, instruments)), text)


def read(text: str, file: str, model: type[Model], findings: Callable[[Model], Iterable[Finding]]) -> Model:
    """A model from TOML: first its shape, then what `findings` say of its meaning; raises LoadError."""
    text = text.removeprefix(BOM)
    _refuse_depth(text, file)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LoadError([_syntax(str(error), text, file)]) from None
    except (ValueError, RecursionError):
        raise LoadError([_too_long(text, file)]) from None
    if "sha256" in data:
        line = line_at(lines_of(text), ("sha256",))
        raise LoadError([Fault(file, line, '"sha256" is computed from the file: remove it')])
    try:
        found = model.model_validate_json(json.dumps(data, default=_plain), strict=True, extra="forbid")
    except ValidationError as error:
        lines = lines_of(text)
        raise LoadError([_shape(dict(one), lines, file, model) for one in error.errors()]) from None
    odd = list(findings(found))
    if odd:
        lines = lines_of(text)
        raise LoadError([Fault(file, line_at(lines, path), sentence) for path, sentence in odd])
    return found


def _refuse_depth(text: str, file: str) -> None:
    """Raise LoadError where lists or tables stand in each other deeper than any file of ours."""
    depth, number = 0, 1
    for sign in _NESTING.findall(_QUOTED.sub(_blank, text)):
        number += sign == "\n"
        depth += (sign in "[{") - (sign in "]}")
        if depth > DEPTH_MOST:
            sentence = f"lists and tables stand in each other more than {DEPTH_MOST} deep: no field is that deep"
            raise LoadError([Fault(file, number, sentence)])


def _blank(quoted: re.Match[str]) -> str:
    return "\n" * quoted.group().count("\n")


def _too_long(text: str, file: str) -> Fault:
    """The fault of a number with more digits than can be read."""
    place = re.search(r"[0-9_]{400,}", text)
    line = text.count("\n", 0, place.start()) + 1 if place is not None else 0
    return Fault(file, line, "a number here has more digits than can be read: write a smaller one")


Stamped = TypeVar("Stamped", Instrument, Protocol)


def _stamped(found: Stamped, text: str) -> Stamped:
    return found.with_(sha256=sha256(text.encode()).hexdigest())


def _plain(value: date | time) -> str:
    return value.isoformat()


def _syntax(message: str, text: str, file: str) -> Fault:
    place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    line = int(place[1]) if place is not None and place[1] else text.count("\n") + 1
    value = message[: place.start()] if place is not None else message
    return Fault(file, line, f"this is not TOML: {value[0].lower()}{value[1:]}")


def _shape(error: dict[str, Any], lines: dict[Path, int], file: str, model: type[BaseModel]) -> Fault:
    path: Path = error["loc"]
    line = line_at(lines, path)
    name = path[-1]
    if isinstance(name, int):
        name = f"{path[-2]} entry {name + 1}"
    where = next((str(step) for step in reversed(path[:-1]) if isinstance(step, str)), "the file")
    match error["type"]:
        case "missing":
            return Fault(file, line, f'{where} lacks "{name}": add it')
        case "extra_forbidden":
            known = _fields_at(model, path[:-1])
            close = get_close_matches(str(name), known, 1)
            remedy = f'did you mean "{close[0]}"?' if close else f"it knows {', '.join(sorted(known))}"
            return Fault(file, line, f'"{name}" is not a field of {where}: {remedy}')
        case _:
            rule = re.sub(r"^(Value error, |(Decimal )?[Ii]nput )", "", error["msg"])
            if error["type"].endswith("_parsing"):
                rule = rule.split(", ")[0]
            rule = rule.replace("valid integer", "whole number").replace("valid array", "list")
            rule = rule.replace("an object", "a table").replace("valid string", "text")
            return Fault(file, line, f'"{name}" {rule}, but is {_shown(error["input"])}')


def _shown(value: object) -> str:
    written = json.dumps(value, default=str)
    return written if len(written) <= 40 else f"{written[:37]}..."  # noqa: PLR2004  a sentence, not a page


def _fields_at(model: type[BaseModel], path: Path) -> list[str]:
    """The fields of the model that stands at a path, lists and tuples passed through."""
    for step in path:
        if isinstance(step, str):
            held = model.model_fields[step].annotation
            inner = [one for one in (held, *getattr(held, "__args__", ())) if isinstance(one, type)]
            model = next(one for one in inner if issubclass(one, BaseModel))
    return [name for name in model.model_fields if name != "sha256"]
