import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from benchmarks import svg
from benchmarks.found import Answer, Bars, Found, Lines, answer_of, load, losses, save
from benchmarks.plan import cloud_dollars


@pytest.mark.parametrize(("more_is_better", "now", "fails"), [
    (False, 1.19, False), (False, 1.21, True), (False, 0.5, False),
    (True, 0.84, False), (True, 0.82, True), (True, 2.0, False),
])  # fmt: skip
def test_a_ratio_that_got_over_a_fifth_worse_fails(
    tmp_path: Path, now: float, *, more_is_better: bool, fails: bool
) -> None:
    """Either way round; what got better never fails, and neither does what nothing was kept of."""
    before = Found("speed", "how fast", (1.0,), more_is_better=more_is_better)
    kept = tmp_path / "ratios.json"
    save("quick", "courses", Answer(rows=[before]), {}, kept)
    after = Found("speed", "how fast", (9.0, now, 0.01), more_is_better=more_is_better)
    assert bool(losses("quick", "courses", [after], kept)) is fails
    assert not losses("full", "courses", [after], kept)


def test_what_is_kept_comes_back_as_it_was(tmp_path: Path) -> None:
    """Rows, pictures and sentences, under their size and question."""
    kept = tmp_path / "ratios.json"
    answer = Answer(
        rows=[Found("a", "b", (1.0, 2.0), goal=3)],
        bars=[Bars("cpu", "CPU", "ms", ("worker",), (("floor", (1.0,)),))],
        lines=[Lines("kib", "Carried", "pages", "KiB", (("carried", ((0.0, 1.0), (1.0, 2.0))),))],
        said=["so"],
    )
    save("full", "courses", answer, {"cores": "2"}, kept)
    save("full", "acts", Answer(), {}, kept)
    again = answer_of(load(kept)["full"]["courses"])
    assert again.rows == answer.rows
    assert again.said == ["so"]
    for drawn in (svg.bars(again.bars[0]), svg.lines(again.lines[0])):
        assert ET.fromstring(drawn).tag.endswith("svg")  # noqa: S314  we have just written it


def test_a_months_bill_is_that_of_the_price_list() -> None:
    """Temporal's own two examples: 11.25 million actions are $525, 720 and 3,600 GBh are $34.02; the plan is $500."""
    assert cloud_dollars(11.25e6, 0, 0) == pytest.approx(525 + 500)
    assert cloud_dollars(0, 720 / 730, 3_600 / 730) == pytest.approx(34.02 + 500)
