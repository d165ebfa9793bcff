"""The demo's pictures, on a wide page and on a telephone."""

import re
import shutil
import subprocess
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import pytest

from audit.picture import RED, Axis, curve, day, spark, year
from cli.demo.page import STYLE, table
from cli.demo.still import BROWSERS
from course.scheduling.slots import Slot
from tests.support.stories import maintained

WIDE_LETTER_PX = 6.0
TEXT = re.compile(r'<text x="([\d.-]+)" y="([\d.-]+)"[^>]*font-size="(\d+)" text-anchor="(\w+)"[^>]*>([^<]*)<')
SVG = re.compile(r'<svg viewBox="0 0 (\d+) (\d+)".*?</svg>', re.DOTALL)


def boxes(svg: str) -> list[tuple[float, float, float, str]]:
    """Where each text begins, ends and stands."""
    found = []
    for x, y, size, anchor, text in TEXT.findall(svg):
        assert int(size) >= 12
        long = len(text) * WIDE_LETTER_PX
        begins = float(x) - {"start": 0, "middle": long / 2, "end": long}[anchor]
        found.append((begins, begins + long, float(y), text))
    return found


def test_no_label_stands_on_another_or_outside() -> None:
    """Each picture is drawn for 640 and for 288 px; on neither do two labels touch, and none is under 12 px."""
    life = maintained()
    record, zone = life.record, life.record.zone
    axis = Axis(record.opened_at, record.opened_at + timedelta(days=365))
    begins = record.opened_at
    chairs = [
        [Slot(f"c{n}", "s1", begins + timedelta(hours=3 * n), begins + timedelta(hours=3 * n + 2.5)) for n in range(3)]
    ]
    names = {f"c{n}": "Walpurga Vesper-Long" for n in range(3)}
    drawn = [curve(record, axis), year(record, (), (), axis), day(zone, chairs, names)]
    for pictures in drawn:
        found = list(SVG.finditer(pictures))
        assert [int(one[1]) for one in found] == [640, 288]
        for one in found:
            texts = boxes(one[0])
            assert texts
            for begin, end, _, text in texts:
                assert begin >= 0, text
                assert end <= int(one[1]) + 1, text
            for (begin, end, y, text), (other, until, at, beside) in combinations(texts, 2):
                assert end <= other + 1 or until <= begin + 1 or abs(y - at) >= 10, (text, beside)


def test_a_small_curve_shows_each_score_and_reddens_what_is_safety() -> None:
    """One point a score, inside the picture; red where a safety item was positive, and nowhere else."""
    record = maintained().record
    axis = Axis(record.opened_at, record.opened_at + timedelta(days=365), width=120)
    scores = [one.model_copy(update={"flags": ()}) for one in record.scores]
    calm = record.model_copy(update={"scores": tuple(scores)})
    points = re.findall(r"([\d.]+),([\d.]+)", spark(calm, axis))
    assert len(points) == len(calm.primary_scores) > 1
    assert all(0 <= float(x) <= 120 and 0 <= float(y) <= 24 for x, y in points)
    assert RED not in spark(calm, axis)
    scores[0] = scores[0].model_copy(update={"flags": ("item 9",)})
    assert spark(record.model_copy(update={"scores": tuple(scores)}), axis).count(RED) == 1


@pytest.mark.skipif(
    not any(map(shutil.which, BROWSERS)), reason="no Chromium on this machine; .ci/run installs one or fails"
)
@pytest.mark.parametrize(("width", "narrow"), [(360, True), (1280, False)])
def test_nothing_scrolls_sideways(tmp_path: Path, width: int, *, narrow: bool) -> None:
    """On a telephone a row of eight columns is a card that says its own heads; on a desk it is a row."""
    heads = ("patient", "what is different", "where", "infusions", "letters", "scores", "left", "witness")
    row = ("Walpurga Vesper-Long", "Somebody cancels the workflow; the course goes on", *["maintenance"] * 6)
    page = tmp_path / "page.html"
    page.write_text(
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style><main><section>'
        f"{table(heads, [row])}</section></main><script>const of = (one) => document.querySelector(one).offsetHeight;"
        "parent.document.title = [document.documentElement.scrollWidth, of('thead') > 0, of('td')].join()</script>"
    )
    frame = tmp_path / "frame.html"
    frame.write_text(f'<iframe src="page.html" style="width:{width}px;height:900px;border:0"></iframe>')
    browser = next(found for found in map(shutil.which, BROWSERS) if found)
    quiet = ("--headless", "--no-sandbox", "--disable-background-networking", "--allow-file-access-from-files")
    value = subprocess.run(
        [browser, *quiet, f"--user-data-dir={tmp_path}/profile", "--dump-dom", frame.as_uri()],
        check=True, capture_output=True, text=True, timeout=60,
    ).stdout  # fmt: skip
    scrolled, headed, _ = re.findall(r"<title>(\d+),(\w+),(\d+)</title>", value)[0]
    assert (int(scrolled), headed) == (width, "false" if narrow else "true")
