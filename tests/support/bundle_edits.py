"""What somebody can do to a bundle: whoever carries it, and whoever exported it and signs it again."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from adapters.identity.personal_keys import PersonalKey
from audit.bundle.verify import verify_files
from audit.bundle.verify_log import Report
from tests.support.bundles import relisted, resigned

Files = dict[str, bytes]


@dataclass(frozen=True)
class Edit:
    """What was done to a bundle, and words that one fault has to say so that it is located."""

    how: str
    files: Files
    where: str
    signed: bool = False


def unseen(files: dict[str, bytes], key: PersonalKey, chance: Random, times: int) -> dict[str, list[str]]:
    """Edits a bundle at random, and answers by kind what was not found where it was made: no entry is a failure."""
    missed: dict[str, list[str]] = {}
    for _ in range(times):
        edit = chance.choice((carried, exporters))(files, chance)
        changed = resigned(edit.files, key) if edit.signed else edit.files
        faults = verify_files(changed, Report(), "bundle").faults
        found = missed.setdefault(edit.how, [])
        if not any(edit.where in one for one in faults):
            found.append(f"{edit.where} is not in {faults[:4]}")
    return missed


def carried(files: Mapping[str, bytes], chance: Random) -> Edit:
    """An edit by somebody who cannot sign the manifest, but may make it fit."""
    changed = dict(files)
    names = sorted(changed)
    name, other = chance.sample([one for one in names if not one.startswith("manifest.")], 2)
    where = name
    match chance.randrange(5):
        case 0:
            how, name = "a byte", chance.choice(names)
            where = name.replace("manifest.json", "manifest")
            data = bytearray(changed[name])
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            changed[name] = bytes(data)
        case 1:
            how = "a file removed"
            del changed[name]
        case 2:
            how = "two files exchanged"
            changed[name], changed[other] = changed[other], changed[name]
        case 3:
            how, where = "a file added", "history/999.json"
            changed[where] = changed[name]
        case _:
            how = "the tail cut off"
            changed[name] = changed[name][: chance.randrange(len(changed[name]))]
    fits = name not in {"manifest.json", "manifest.sig"} and chance.random() < 0.5
    return Edit(how, relisted(changed), "manifest.sig:") if fits else Edit(how, changed, where)


def exporters(files: Mapping[str, bytes], chance: Random) -> Edit:
    """An edit by whoever exported the bundle: the manifest fits, and will be signed anew."""
    how = chance.choice(tuple(EXPORTERS))
    changed = dict(files)
    where = EXPORTERS[how](changed, chance)
    return Edit(how, changed, where, signed=True)


def _runs(files: Files) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = json.loads(files["manifest.json"])["runs"]
    return runs


def _put_runs(files: Files, runs: list[dict[str, Any]]) -> None:
    manifest = json.loads(files["manifest.json"])
    files["manifest.json"] = json.dumps({**manifest, "runs": runs}).encode()


def _archived(files: Files, chance: Random) -> tuple[int, dict[str, Any], list[Any]]:
    """A run that is archived: its number, what the manifest says of it, and its readable events."""
    number, run = chance.choice([(number, run) for number, run in enumerate(_runs(files), 1) if run["archive"]])
    return number, run, json.loads(files[run["history"]])["events"]


def _put(files: Files, run: Mapping[str, Any], events: list[Any]) -> None:
    files[run["history"]] = json.dumps({"events": events}).encode()


def _archive_byte(files: Files, chance: Random) -> str:
    number, run, _ = _archived(files, chance)
    data = bytearray(files[run["archive"]])
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(7)
    files[run["archive"]] = bytes(data)
    return f"run {number} ("


def _run_left_out(files: Files, chance: Random) -> str:
    runs = _runs(files)
    gone = runs.pop(chance.randrange(len(runs)))
    for name in (gone["history"], gone["archive"]):
        files.pop(name, None)
    _put_runs(files, runs)
    return f"run {gone['run_id']}"


def _runs_exchanged(files: Files, chance: Random) -> str:
    runs = _runs(files)
    one = chance.randrange(len(runs) - 1)
    runs[one], runs[one + 1] = runs[one + 1], runs[one]
    _put_runs(files, runs)
    return f"run {one + 1} ("


def _event_removed(files: Files, chance: Random) -> str:
    number, run, events = _archived(files, chance)
    at = chance.randrange(len(events))
    del events[at]
    _put(files, run, events)
    return f"run {number} ({run['run_id']}), event {at + 1}:"


def _events_exchanged(files: Files, chance: Random) -> str:
    number, run, events = _archived(files, chance)
    first, second = sorted(chance.sample(range(len(events)), 2))
    events[first], events[second] = events[second], events[first]
    _put(files, run, events)
    return f"run {number} ({run['run_id']}), event {first + 1}:"


def _event_slipped_in(files: Files, chance: Random) -> str:
    number, run, events = _archived(files, chance)
    at = chance.randrange(1, len(events))
    events.insert(at, {**chance.choice(events), "eventId": str(at + 1)})
    for later, event in enumerate(events, start=1):
        event["eventId"] = str(later)
    _put(files, run, events)
    return f"run {number} ({run['run_id']}), event {at + 1}:"


def _clock_moved(files: Files, chance: Random) -> str:
    number, run, events = _archived(files, chance)
    at = chance.randrange(len(events))
    events[at]["eventTime"] = "2020-01-01T00:00:00Z"
    _put(files, run, events)
    return f"run {number} ({run['run_id']}), event {at + 1}: eventTime"


def _act_changed(files: Files, chance: Random) -> str:
    number, run = chance.choice(list(enumerate(_runs(files), 1)))
    events = json.loads(files[run["history"]])["events"]
    signed = [(event, act) for event in events for act in _acts(event) if act["actor"].get("signature")]
    if not signed:
        return _act_changed(files, chance)
    event, act = chance.choice(signed)
    match chance.randrange(3):
        case 0:
            act["made_at"] = "2020-01-01T00:00:00Z"
        case 1:
            act["actor"]["name"] = "Somebody Else"
        case _:
            act["reason"] = "another"
    _put(files, run, events)
    return f"run {number}, event {event['eventId']}, actor.signature"


def _acts(event: Mapping[str, Any]) -> list[dict[str, Any]]:
    asked = event.get("workflowExecutionUpdateAcceptedEventAttributes", {}).get("acceptedRequest", {}).get("input", {})
    payloads = asked.get("args", {}).get("payloads", [])
    return [payloads[0]["json"]["act"]] if asked.get("name") == "act" else []


def _rows(files: Files) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files["proof/entries.ndjson"].splitlines()]


def _put_rows(files: Files, rows: list[dict[str, Any]]) -> None:
    files["proof/entries.ndjson"] = "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def _entry_character(files: Files, chance: Random) -> str:
    rows = _rows(files)
    row = chance.choice(rows)
    at = chance.randrange(len(row["entry"]))
    row["entry"] = row["entry"][:at] + chr(ord(row["entry"][at]) ^ 1) + row["entry"][at + 1 :]
    _put_rows(files, rows)
    return f"log entry {row['index']}:"


def _entry_renumbered(files: Files, chance: Random) -> str:
    rows = _rows(files)
    row = chance.choice(rows)
    row["index"] += chance.choice((-1, 1))
    _put_rows(files, rows)
    return f"log entry {row['index']}:"


def _forked(files: Files, chance: Random) -> str:
    origin, size, head, *rest = files["proof/checkpoint"].decode().split("\n")
    at = chance.randrange(len(head) - 2)
    head = head[:at] + ("A" if head[at] != "A" else "B") + head[at + 1 :]
    files["proof/checkpoint"] = "\n".join((origin, size, head, *rest)).encode()
    return "proof/checkpoint:"


def _earlier_changed(files: Files, chance: Random) -> str:
    lines = [json.loads(line) for line in files["proof/earlier.ndjson"].splitlines()]
    one = chance.choice(lines)
    at = chance.randrange(len(one["proof"]))
    one["proof"][at] = one["proof"][at][::-1]
    files["proof/earlier.ndjson"] = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
    return f"checkpoint of {one['size']} entries:"


EXPORTERS: dict[str, Callable[[Files, Random], str]] = {
    "a byte of an archived run": _archive_byte,
    "a run left out": _run_left_out,
    "two runs exchanged": _runs_exchanged,
    "an event removed": _event_removed,
    "two events exchanged": _events_exchanged,
    "an event slipped in, and all numbered anew": _event_slipped_in,
    "the clock of an event moved": _clock_moved,
    "a signed act changed": _act_changed,
    "a character of a log entry": _entry_character,
    "a log entry at another index": _entry_renumbered,
    "the checkpoint forked": _forked,
    "an earlier checkpoint's proof changed": _earlier_changed,
}
