"""A text message stays one message: its alphabet, what counts twice, what is put plainly, what is refused."""

from pathlib import Path

import pytest

from adapters.clinic.texts import load_texts
from course.library.gsm7 import ALPHABET, TWICE, outside, places, plain
from course.library.loading import LoadError
from course.model.terms import OccasionKind
from tests.spec.clinic.test_languages import order
from tests.spec.clinic.test_texts import written
from tests.support.records import CLINIC_FOLDER, clinic

SITES = clinic().sites


def test_the_alphabet_has_127_signs_and_ten_that_count_twice() -> None:
    """As 3GPP TS 23.038 lists them, the escape itself left out."""
    assert (len(ALPHABET), len(TWICE)) == (127, 10)
    assert places("[]{}~^|\\€") == 18
    assert places("é@$_è") == 5


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("St Mary\u2019s", "St Mary's"),
        ("\u201cHope\u201d \u2013 a `place` …", "\"Hope\" - a 'place' ..."),
        ("sábado, miércoles, ¿qué?", "sabado, miércoles, ¿qué?"),
        ("9:00\u202fAM\u200b", "9:00 AM"),
        ("e\u0301te\u0301", "été"),
        ("Łódź ½", "Lodz ½"),
    ],
)
def test_what_has_a_plain_equal_is_put_plainly(text: str, sent: str) -> None:
    """Curly quotes, dashes, accents and spaces; what the alphabet has stays."""
    assert plain(text) == sent


def test_what_has_none_is_named() -> None:
    """Each sign once."""
    assert outside("心 is 心 and 🌧, ½") == ("心", "🌧", "½")
    assert outside("St Mary\u2019s `é`") == ()


def test_a_site_with_a_curly_quote_is_written_plainly(tmp_path: Path) -> None:
    """The letter says St Mary\u2019s, the text message St Mary's; neither makes a second message."""
    sites = {"northside": SITES["northside"].model_copy(update={"name": "St Mary\u2019s"})}
    folder = written(tmp_path, ('sms = "{site}: see you', 'sms = "{site}: `see` you'))
    words = load_texts(folder, sites).written(order("en", OccasionKind.VISIT_2H))
    assert words.sms.startswith("St Mary's: 'see' you on")
    assert "St Mary\u2019s" in words.body
    reply = load_texts(folder, sites).reply("en", "northside", stopped=True)
    assert reply.startswith("St Mary's: you will get no more")


def test_a_site_that_no_text_message_can_name_is_refused(tmp_path: Path) -> None:
    """The sentence names the site and the sign."""
    sites = {"northside": SITES["northside"].model_copy(update={"name": "心 House"})}
    with pytest.raises(
        LoadError, match=r'the name of the site "心 House" has "心", which no text message of 160 letters'
    ):
        load_texts(written(tmp_path), sites)


def test_signs_that_count_twice_count_twice(tmp_path: Path) -> None:
    """A text that fits letter by letter and not place by place is refused."""
    text = 'sms = "{site}: see you on {when}. Running late? Call {phone}."'
    room = 160 - max(
        places(f"{site.name}: see you on Wed 20 Sep at 22:45 EDT ({city} time). Running late? Call {site.phone}.")
        for site, city in ((SITES["westside"], "Los Angeles"), (SITES["training"], "New York"))
    ) - places("\nSTOP ends texts.")  # fmt: skip
    fits = text.replace("late?", f"late?{'€' * (room // 2)}")
    load_texts(written(tmp_path, (text, fits)), SITES)
    with pytest.raises(LoadError, match=r"kinds\.visit_2h\.sms can get 16[12] characters long"):
        load_texts(written(tmp_path, (text, fits.replace("€", "€€", 1))), SITES)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ('stop = "STOP ends', 'stop = "STOP ✋ ends', 'stop has "✋"'),
        ('noted = "{site}: this', 'noted = "{site}: 👍 this', 'replies.noted has "👍"'),
    ],
)
def test_what_no_text_message_holds_is_refused(tmp_path: Path, before: str, after: str, sentence: str) -> None:
    """Field and sign are named."""
    with pytest.raises(LoadError) as refused:
        load_texts(written(tmp_path, (before, after)), SITES)
    assert f"{sentence}, which no text message of 160 letters holds: write it in plain letters" in str(refused.value)


def test_the_shipped_folder_is_the_one_tested() -> None:
    """Two languages ship."""
    assert sorted(load_texts(CLINIC_FOLDER, SITES).languages) == ["en", "es"]
