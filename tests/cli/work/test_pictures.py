"""The demo's pictures, on a wide page and on a telephone."""

import re
from datetime import timedelta
from itertools import combinations

from cli.work.picture import Axis, curve, day, year
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
