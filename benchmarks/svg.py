"""Small pictures as plain SVG: bars beside each other, and lines of growth."""

from html import escape

from benchmarks.found import Bars, Lines, number

WIDTH, LABEL, RIGHT, BAR, GAP, TOP = 720, 190, 80, 26, 12, 64
COLOURS = ("#2f6f8f", "#d08c3f", "#5a8f4f", "#8a5a8f", "#9b4a4a", "#6b6b6b")
STYLE = (
    "text{font:14px system-ui,sans-serif;fill:#333}.t{font-weight:600;font-size:16px}.s{fill:#666;font-size:12px}"
    "@media (prefers-color-scheme:dark){text{fill:#ddd}.s{fill:#aaa}}"
)
PLOT_HEIGHT, PLOT_LEFT = 240, 70


def bars(picture: Bars) -> str:
    """Bars, one row a thing, its parts one after the other."""
    most = max(sum(parts) for _, parts in picture.rows) or 1
    scale = (WIDTH - LABEL - RIGHT) / most
    drawn, y = [], float(TOP)
    for name, parts in picture.rows:
        x = float(LABEL)
        drawn.append(_text(LABEL - 10, y + 18, name, "end"))
        for number_of, value in enumerate(parts):
            drawn.append(
                f'<rect x="{x:.1f}" y="{y:.0f}" width="{max(value * scale, 1):.1f}" height="{BAR}" '
                f'fill="{COLOURS[number_of]}"/>'
            )
            x += value * scale
        drawn.append(_text(x + 8, y + 18, f"{number(sum(parts))} {picture.unit}"))
        y += BAR + GAP
    return _svg(picture.title, y + 8, [*_legend(picture.parts, LABEL), *drawn])


def lines(picture: Lines) -> str:
    """Lines from zero up, so that what is flat looks flat."""
    points = [point for _, line in picture.lines for point in line]
    right, top = max(x for x, _ in points) or 1, (max(y for _, y in points) or 1) * 1.1
    across, bottom = WIDTH - PLOT_LEFT - RIGHT, TOP + PLOT_HEIGHT

    def at(x: float, y: float) -> tuple[float, float]:
        return PLOT_LEFT + across * x / right, bottom - PLOT_HEIGHT * y / top

    drawn = [
        f'<path d="M{PLOT_LEFT} {TOP}V{bottom}H{PLOT_LEFT + across}" fill="none" stroke="#999"/>',
        _text(PLOT_LEFT - 8, bottom + 4, "0", "end", "s"),
        _text(PLOT_LEFT - 8, TOP + 14, number(top), "end", "s"),
        _text(PLOT_LEFT + across, bottom + 18, number(right), "end", "s"),
        _text(PLOT_LEFT + across / 2, bottom + 18, picture.across, "middle", "s"),
        _text(PLOT_LEFT + 8, TOP + 14, picture.up, "start", "s"),
    ]
    for colour, (_, line) in zip(COLOURS, picture.lines, strict=False):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*point) for point in line))
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in (at(*one) for one in line)]
    return _svg(picture.title, bottom + 28, [*_legend(tuple(name for name, _ in picture.lines), PLOT_LEFT), *drawn])


def _legend(names: tuple[str, ...], left: float) -> list[str]:
    if len(names) == 1:
        return [_text(left, 46, names[0], "start", "s")]
    found, x = [], left
    for colour, name in zip(COLOURS, names, strict=False):
        found += [
            f'<rect x="{x}" y="36" width="12" height="12" fill="{colour}"/>',
            _text(x + 18, 46, name, "start", "s"),
        ]
        x += 18 + 8 * len(name) + 20
    return found


def _text(x: float, y: float, words: str, anchor: str = "start", kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.0f}" text-anchor="{anchor}"{named}>{escape(words)}</text>'


def _svg(title: str, height: float, drawn: list[str]) -> str:
    body = "\n".join([f"<style>{STYLE}</style>", _text(12, 22, title, "start", "t"), *drawn])
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img">'
    return f"{head}\n<title>{escape(title)}</title>\n{body}\n</svg>\n"
