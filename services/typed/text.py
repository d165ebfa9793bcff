"""Names and remarks as people type them."""

from course.acts.base import clean
from services.errors import InputError

NAME_MOST = 200


def one_line(name: str) -> str:
    """A name as people write it; raises InputError."""
    try:
        value = clean(name)
    except ValueError as wrong:
        raise InputError(f"the name is wrong: {wrong}") from None
    if "\n" in value or "\t" in value or len(value) > NAME_MOST:
        raise InputError(f"the name is wrong: write it on one line, in at most {NAME_MOST} letters")
    return value


def plain_text(text: str) -> str:
    """A text without its edges; raises InputError for control and direction characters."""
    try:
        return clean(text)
    except ValueError as wrong:
        raise InputError(f"--reason is wrong: {wrong}") from None
