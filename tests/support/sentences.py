"""How a refusal reads."""

import re

ENDS_IN_A_PERIOD = re.compile(r"[.!]\s*$")


def is_one_sentence(said: str) -> bool:
    """Whether it is one line of words, without a period at its end or a fault of the program in it."""
    program = ("Fault", "Traceback", "Error", "None", "<", "Action.", "Role.", "Phase.")
    one_line = bool(said) and said == said.strip() and "\n" not in said
    return one_line and not ENDS_IN_A_PERIOD.search(said) and not any(word in said for word in program)
