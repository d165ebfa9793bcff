"""What a scenario expects at its end, held against what came."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from play.played import Played
from play.scenario.file import ExpectedEnd


def unmet(played: Played) -> tuple[str, ...]:
    """Every expectation that is not met: what was expected, and what is."""
    wanted = played.player.scenario.expect
    return tuple(
        f"expect {said}" for said in (*_state(played, wanted), *_counts(played, wanted), *_words(played, wanted))
    )


def _state(played: Played, wanted: ExpectedEnd) -> Iterator[str]:
    record = played.player.record
    waiting = sorted(str(one.kind) for one in record.tasks if one.resolved_at is None)
    doses = [one.mg for one in record.valid_doses]
    for name, expected, found in (
        ("phase", wanted.phase, record.phase),
        ("held", wanted.held, record.held is not None),
        ("end_cause", wanted.end_cause, record.end_cause),
        ("escalations", wanted.escalations, record.escalation_count),
        ("doses_mg", None if wanted.doses_mg is None else list(wanted.doses_mg), doses),
        ("open_tasks", None if wanted.open_tasks is None else sorted(map(str, wanted.open_tasks)), waiting),
    ):
        if expected is not None and expected != found:
            yield f"{name}: {_shown(expected)} is expected, {_shown(found)} is so"


def _counts(played: Played, wanted: ExpectedEnd) -> Iterator[str]:
    sessions = Counter(played.player.observed.visits.values())
    letters = Counter(kind for one in played.to_patient for kind in one.kinds)
    tasks = Counter(kind for kind, _ in played.player.observed.tasks.values())
    pairs: tuple[tuple[str, Mapping[Any, int], Mapping[Any, int]], ...] = (
        ("sessions", wanted.sessions, sessions),
        ("letters", wanted.letters, letters),
        ("tasks", wanted.tasks, tasks),
    )
    for name, expected, found in pairs:
        for kind, count in expected.items():
            if found.get(kind, 0) != count:
                yield f"{name} {kind}: {count} is expected, {found.get(kind, 0)} is so"


def _words(played: Played, wanted: ExpectedEnd) -> Iterator[str]:
    page = [one.text for one in played.player.observed.entries.values()]
    letters = [f"{one.subject}\n{one.body}" for one in played.to_patient]
    for name, words, texts, there in (
        ("says", wanted.says, page, True),
        ("never_says", wanted.never_says, page, False),
        ("patient_reads", wanted.patient_reads, letters, True),
        ("patient_never_reads", wanted.patient_never_reads, letters, False),
    ):
        for one in words:
            if any(one in text for text in texts) is not there:
                yield f'{name}: "{one}" stands in {"none" if there else "one"} of {len(texts)}'


def _shown(value: object) -> str:
    return "[" + ", ".join(map(str, value)) + "]" if isinstance(value, list | tuple) else str(value)
