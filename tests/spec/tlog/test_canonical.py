"""One value has one text: the vectors of RFC 8785, but for fractions, which no entry holds."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.tlog.canonical import NotCanonicalError, canonical

VECTORS = [
    (r'[56, {"d": true, "10": null, "1": []}]', '[56,{"1":[],"10":null,"d":true}]'),
    (
        (
            r'{"peach": "This sorting order", "p\u00e9ch\u00e9": "is wrong according to French",'
            r' "p\u00eache": "but canonicalization MUST", "sin": "ignore locale"}'
        ),
        (
            '{"peach":"This sorting order","p\u00e9ch\u00e9":"is wrong according to French",'
            '"p\u00eache":"but canonicalization MUST","sin":"ignore locale"}'
        ),
    ),
    (
        (
            r'{"1": {"f": {"f": "hi","F": 5}, "\n": 56}, "10": {}, "": "empty", "a": {}, "111": [{"e": "yes",'
            r'"E": "no"}], "A": {}}'
        ),
        r'{"":"empty","1":{"\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"no","e":"yes"}],"A":{},"a":{}}',
    ),
    (r'{"Unnormalized Unicode": "A\u030a"}', '{"Unnormalized Unicode":"A\u030a"}'),
    (
        r'{"string": "\u20ac$\u000F\u000aA\u0027\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}',
        '{"literals":[null,true,false],"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    ),
    (
        (
            r'{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\u000a": "Newline", "1": "One",'
            r' "\u0080": "Control\u007f", "\ud83d\ude02": "Smiley", "\u00f6": "Latin Small Letter O With Diaeresis",'
            r' "\ufb33": "Hebrew Letter Dalet With Dagesh", "</script>": "Browser Challenge"}'
        ),
        (
            '{"\\n":"Newline","\\r":"Carriage Return","1":"One","</script>":"Browser Challenge",'
            '"\u0080":"Control\u007f","\u00f6":"Latin Small Letter O With Diaeresis","\u20ac":"Euro Sign",'
            '"\U0001f602":"Smiley","\ufb33":"Hebrew Letter Dalet With Dagesh"}'
        ),
    ),
]

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize(("given_text", "wanted"), VECTORS)
def test_the_published_vectors(given_text: str, wanted: str) -> None:
    """Order by UTF-16 code units, the shortest escapes, no spaces."""
    assert canonical(json.loads(given_text)) == wanted.encode()


@given(values)
def test_a_text_says_its_value_and_has_one_form(value: Any) -> None:
    """Any reader of JSON gets the value back, and writes the same text again, whatever order it was given in."""
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(json.loads(text, object_pairs_hook=lambda pairs: dict(reversed(pairs)))) == text


@pytest.mark.parametrize("value", [0.5, Decimal("0.5"), 2**53, "\ud83d", {1: "a"}, b"bytes", {"a": {"b": 1.0}}])
def test_what_readers_could_take_otherwise_is_refused(value: Any) -> None:
    """Fractions, large numbers and half characters have no place in an entry."""
    with pytest.raises(NotCanonicalError):
        canonical(value)
