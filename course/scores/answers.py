"""Answers as text: as a score carries them, one place an item, and as people type them."""

import re

from course.model.protocol.instrument import Answers, Instrument
from course.scores.scoring import BLANK_TYPED, ScoringError, asked

NOT_ASKED = "-"
"""Stands in written answers for an item that was skipped."""

BLANK = "?"
"""Stands in written answers for an item that was asked and left blank."""

ONE_DIGIT = 9
SHOW = "0,1,2,-,1,0,3,1,0"


def written(instrument: Instrument, answers: Answers) -> str:
    """Answers as a score carries them: one place an item; what is taken beside the items has its own field."""
    if not answers:
        return ""
    given = asked(instrument, answers[: instrument.items] if instrument.beside is not None else answers)
    every = range(1, instrument.items + 1)
    places = [_place(given[item]) if item in given else NOT_ASKED for item in every]
    return ("," if instrument.item_max > ONE_DIGIT else "").join(places)


def _place(answer: int | None) -> str:
    return BLANK if answer is None else str(answer)


def written_answer(instrument: Instrument, text: str, item: int) -> int | None:
    """The answer to one item out of written answers; None where it was not asked, or left blank."""
    place = _places(instrument, text)[item - 1]
    return None if place in {NOT_ASKED, BLANK} else int(place)


def left_blank(instrument: Instrument, text: str, item: int) -> bool:
    """Whether an item was asked and left blank."""
    return _places(instrument, text)[item - 1] == BLANK


def _places(instrument: Instrument, text: str) -> list[str]:
    return text.split(",") if instrument.item_max > ONE_DIGIT else list(text)


def typed(text: str, instrument: Instrument | None = None) -> Answers:
    """Answers as people type them: `1,2,0`, `1 2 0`, `120`, and `-` for a blank one. Raises ScoringError.

    Without separators each digit is an answer, unless the instrument has but one item or answers of two digits.
    """
    sentence = text.strip()
    parts = re.split(r"\s*[,;/|]\s*|\s+", sentence)
    if len(parts) == 1 and sentence != BLANK_TYPED and not _one_answer(instrument):
        if instrument is not None and instrument.item_max > ONE_DIGIT:
            raise ScoringError(
                f"answers to {instrument.id} go up to {instrument.item_max}: put commas between them, as in 3,10,7"
            )
        parts = list(sentence)
    if not all(part == BLANK_TYPED or re.fullmatch(r"-?[0-9]{1,4}", part) for part in parts):
        raise ScoringError(f'answers are whole numbers with commas, "{BLANK_TYPED}" where one is blank, as in {SHOW}')
    return tuple(None if part == BLANK_TYPED else int(part) for part in parts)


def _one_answer(instrument: Instrument | None) -> bool:
    if instrument is None:
        return False
    return (len(instrument.safety_items) if instrument.scores_only else instrument.items) == 1
