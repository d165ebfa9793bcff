"""What the JSON schema of FHIR R4 has against a resource."""

import json
import lzma
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).with_name("fhir.schema.json.xz")
KNOWN = frozenset(
    {"$ref", "additionalProperties", "const", "description", "enum", "items", "pattern", "properties"}
    | {"required", "type"}
)
"""The words of JSON Schema that the file uses; another one would be passed over, and so it is refused."""

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "number": (int, float), "boolean": (bool,), "array": (list,), "object": (dict,),
}  # fmt: skip


@cache
def definitions() -> Mapping[str, Any]:
    """Every definition of the schema."""
    found: Mapping[str, Any] = json.loads(lzma.decompress(SCHEMA.read_bytes()))["definitions"]
    return found


def faults(resource: Mapping[str, Any]) -> list[str]:
    """What is wrong with a resource, and where."""
    kind = str(resource["resourceType"])
    return list(_faults(resource, definitions()[kind], kind))


def _faults(value: Any, schema: Mapping[str, Any], where: str) -> Iterator[str]:
    assert set(schema) <= KNOWN, (where, set(schema) - KNOWN)
    name = schema.get("$ref", "").rpartition("/")[2]
    if name == "ResourceList":
        yield from faults(value)
    elif name:
        yield from _faults(value, definitions()[name], where)
    if "type" in schema and (not isinstance(value, TYPES[schema["type"]]) or _a_flag(value, schema["type"])):
        yield f"{where}: {value!r} is no {schema['type']}"
        return
    yield from _spelling(value, schema, where)
    if isinstance(value, dict) and "properties" in schema:
        yield from _members(value, schema, where)
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from _faults(one, schema.get("items", {}), f"{where}[{number}]")


def _spelling(value: Any, schema: Mapping[str, Any], where: str) -> Iterator[str]:
    if "const" in schema and value != schema["const"]:
        yield f"{where}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is none of {schema['enum']}"
    if "pattern" in schema and not re.search(schema["pattern"], value if isinstance(value, str) else json.dumps(value)):
        yield f"{where}: {value!r} is not written as it should be"


def _members(value: Mapping[str, Any], schema: Mapping[str, Any], where: str) -> Iterator[str]:
    known = schema["properties"]
    yield from (f"{where}: {name} is missing" for name in schema.get("required", ()) if name not in value)
    for name, one in value.items():
        if name in known:
            yield from _faults(one, known[name], f"{where}.{name}")
        elif not schema.get("additionalProperties", True):
            yield f"{where}: there is no {name}"


def _a_flag(value: object, kind: str) -> bool:
    """Whether a boolean stands where a number should, which Python takes for one."""
    return isinstance(value, bool) and kind != "boolean"
