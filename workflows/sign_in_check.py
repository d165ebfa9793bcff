"""Whether somebody's sign-in stands behind an act: the worker holds the keys, and answers."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from course.acts.base import BaseAct

SIGNED, ADMITTED = "act_is_signed", "act_is_admitted"


def signed(act: BaseAct, course_id: str) -> bool:
    """Whether the keys of this installation made the act's proof: the same now and in every replay."""
    return bool(workflow.extern_functions()[SIGNED](act, course_id))


def admitted(act: BaseAct, course_id: str) -> bool:
    """Whether the act may come in now: signed, by somebody whom the clinic's own store knows."""
    return bool(workflow.extern_functions()[ADMITTED](act, course_id))
