"""What a text message holds: 160 letters of the GSM alphabet, of which a few count twice (3GPP TS 23.038, 6.2.1)."""

from unicodedata import combining, normalize

ONE_MESSAGE = 160
"""So many places has one text message; one letter outside the alphabet leaves it 70."""

ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWICE = frozenset("^{}\\[~]|€\f")

PLAIN = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`\u02bc", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022\u00b7", "-"),
    **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\t", " "),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", ""),
    "\u2026": "...",
    "\u00ba": "o",
    "\u00aa": "a",
    "\u0142": "l",
    "\u0141": "L",
    "\u0111": "d",
    "\u0110": "D",
    "\u0131": "i",
    "\u0153": "oe",
    "\u0152": "OE",
}
"""Letters and signs that have a plain one which reads the same."""


def plain(text: str) -> str:
    """The text with every sign that a text message does not hold put plainly, where there is such a way."""
    return "".join(_plain(one) for one in normalize("NFC", text))


def outside(text: str) -> tuple[str, ...]:
    """The signs that no text message holds and that cannot be put plainly, each once."""
    return tuple(dict.fromkeys(one for one in plain(text) if one not in ALPHABET and one not in TWICE))


def places(text: str) -> int:
    """How many places a text takes, put plainly; brackets, braces, ~ ^ |, the backslash and the euro take two."""
    return sum(2 if one in TWICE else 1 for one in plain(text))


def _plain(one: str) -> str:
    if one in ALPHABET or one in TWICE:
        return one
    if one in PLAIN:
        return PLAIN[one]
    bare = "".join(part for part in normalize("NFKD", one) if not combining(part))
    return bare if bare and all(part in ALPHABET for part in bare) else one
