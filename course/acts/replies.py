"""What a patient's answer to a text message asks for."""

from unicodedata import combining, normalize

OPT_OUT = frozenset({"STOP", "STOPALL", "QUIT", "END", "REVOKE", "OPTOUT", "CANCEL", "UNSUBSCRIBE"}) | frozenset(
    {"ALTO", "PARAR", "PARE", "CANCELAR", "CANCELE", "BAJA", "DETENER", "FIN", "NOMAS"}
)
"""Words that end all messages, when they are the whole answer; `opt out` and `OPT-OUT` are one word here."""

VISIT_MEANT = frozenset({"CANCEL", "CANCELAR", "CANCELE"})
"""Words that end all messages for a carrier, and by which a patient may mean the visit."""

HELP = frozenset({"HELP", "INFO", "AYUDA"})
"""Words that ask who writes here, and how to reach them."""


def opts_out(text: str) -> bool:
    """Whether an answer ends all messages, whatever its case, accents, spaces and punctuation."""
    return _word(text) in OPT_OUT


def may_mean_the_visit(text: str) -> bool:
    """Whether an answer that ends all messages may have been meant for a visit."""
    return _word(text) in VISIT_MEANT


def asks_for_help(text: str) -> bool:
    """Whether an answer asks who writes here."""
    return _word(text) in HELP


def _word(text: str) -> str:
    bare = (one for one in normalize("NFKD", text) if one.isalnum() and not combining(one))
    return "".join(bare).upper()
