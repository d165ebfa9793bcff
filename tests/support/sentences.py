"""How a refusal reads."""

import re

ENDS_IN_A_PERIOD = re.compile(r"[.!]\s*$")


def is_one_sentence(text: str) -> bool:
    """Whether it is one line of words, without a period at its end or a fault of the program in it."""
    program = ("Fault", "Traceback", "Error", "None", "<", "Action.", "Role.", "Phase.")
    one_line = bool(text) and text == text.strip() and "\n" not in text
    return one_line and not ENDS_IN_A_PERIOD.search(text) and not any(word in text for word in program)
