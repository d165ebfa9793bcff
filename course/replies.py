"""What a patient's answer to a text message asks for."""

OPT_OUT = frozenset({"STOP", "STOPALL", "QUIT", "END", "REVOKE", "OPTOUT", "CANCEL", "UNSUBSCRIBE"})
"""Words that end all messages, when they are the whole answer; `opt out` and `OPT-OUT` are one word here."""


def opts_out(text: str) -> bool:
    """Whether an answer ends all messages, whatever its case, spaces and punctuation."""
    return "".join(one for one in text if one.isalnum()).upper() in OPT_OUT
