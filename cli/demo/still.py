"""`python -m cli.demo.still`: the pictures of README, taken of the report that `make demo` wrote. Needs Chromium."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.settings import load_settings

FOLDER = Path("docs/pictures")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTH_PX = 1180
MOST_BYTES = 150_000
MARK = "still-height-"
"""How the page tells its height: in its title, which the browser prints with the page."""


def main() -> int:
    """Take each picture; says what is missing in one sentence."""
    report = load_settings().data_folder / "demo" / "report.html"
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None or not report.exists():
        print(
            "no Chromium is installed" if browser is None else f"{report} is missing: run `make demo`", file=sys.stderr
        )
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, page in pages(report.read_text()):
        path = FOLDER / f"{name}.png"
        with TemporaryDirectory() as folder:
            file = Path(folder) / "page.html"
            file.write_text(page)
            height = _height(browser, folder, file)
            _browse(browser, folder, file, f"--window-size={WIDTH_PX},{height}", f"--screenshot={path.resolve()}")
        size = path.stat().st_size
        print(f"{path}  {WIDTH_PX} x {height}, {size // 1000} kB")
        if size > MOST_BYTES:
            print(f"{path} has more than {MOST_BYTES // 1000} kB", file=sys.stderr)
            return 1
    return 0


def pages(report: str) -> Iterator[tuple[str, str]]:
    """The report with only what a picture shows: ten courses in a row, and the first of them."""
    first = re.findall(r'<section id="(c-[^"]+)"', report)[0]
    for name, hidden in (
        ("demo", "section:not(#all), #all tr:nth-child(n+11)"),
        ("course", f"h1, .sums, main > p, details, section:not(#{first})"),
    ):
        style = f"<style>{hidden} {{ display: none; }} section {{ margin-bottom: 0; }}</style>"
        tall = f"<script>document.title = '{MARK}' + Math.ceil(document.querySelector('main').offsetHeight)</script>"
        yield name, report.replace("</body>", f"{style}{tall}</body>")


def _height(browser: str, folder: str, file: Path) -> int:
    value = _browse(browser, folder, file, f"--window-size={WIDTH_PX},800", "--dump-dom")
    return int(re.findall(rf"<title>{MARK}(\d+)</title>", value)[0])


def _browse(browser: str, folder: str, file: Path, *what: str) -> str:
    quiet = ("--headless", "--no-sandbox", "--disable-background-networking", "--hide-scrollbars")
    command = [browser, *quiet, f"--user-data-dir={folder}/profile", *what, file.as_uri()]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
