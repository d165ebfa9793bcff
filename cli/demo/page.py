"""What every page of the demo is made of: its look, and tables that become cards on a telephone."""

from collections.abc import Iterable, Sequence
from html import escape

STYLE = """
:root { color-scheme: light; --ink: #1d2433; --quiet: #4b5563; --line: #d9dce3; --link: #0b5cab; }
* { box-sizing: border-box; }
body { font: 16px/1.5 -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
  color: var(--ink); background: #f6f7f9; margin: 0; }
main { max-width: 1180px; margin: 0 auto; padding: 16px; }
h1 { font-size: 1.75rem; margin: .5rem 0; } h2 { font-size: 1.15rem; margin: 0 0 .25rem; }
section { background: #fff; border: 1px solid var(--line); border-radius: 6px; padding: 16px; margin: 16px 0; }
svg { width: 100%; height: auto; display: block; max-width: 900px; margin: 0 auto; }
svg text { font-family: inherit; } svg.spark { width: 120px; margin: 0; }
summary { cursor: pointer; padding: .2rem 0; } a { color: var(--link); } p { margin: .4rem 0; }
.quiet { color: var(--quiet); } .on-narrow { display: none; } pre { white-space: pre-wrap; font: inherit; margin: 0; }
.sums { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px; margin: 16px 0; }
.sums div { display: flex; flex-direction: column-reverse; background: #fff; border: 1px solid var(--line);
  border-radius: 6px; padding: 10px 14px; }
.sums dt { color: var(--quiet); font-size: .9rem; } .sums dd { margin: 0; font-size: 1.6rem; font-weight: 600; }
.room { display: flex; flex-wrap: wrap; gap: 12px; list-style: none; padding: 0; margin: .4rem 0; }
.room li { min-width: 4.5rem; font-size: .9rem; } .room i { display: block; height: 10px; background: #0f7b45; }
.room span { display: block; width: 4.5rem; background: #e5e7eb; }
.legend { display: flex; flex-wrap: wrap; gap: 0 1.2rem; justify-content: center; margin: .2rem 0 .6rem;
  color: var(--quiet); font-size: .9rem; }
.ink { color: #1d2433; } .blue { color: #0b5cab; } .amber { color: #9a5b00; } .green { color: #0f7b45; }
.red { color: #b3261e; } .grey { color: #6b7280; } .band { color: #d6d9e0; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th, td { text-align: left; padding: 5px 16px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--quiet); font-weight: 500; } tr:last-child td { border-bottom: 0; }
th:last-child, td:last-child { padding-right: 0; } td:has(.spark) { vertical-align: middle; }
@media (min-width: 721px) { #all td:not(:nth-child(2)) { white-space: nowrap; } }
@media (max-width: 720px) {
  main { padding: 8px; } section { padding: 12px; } .sums { grid-template-columns: 1fr 1fr; gap: 8px; }
  .on-wide { display: none; } .on-narrow { display: block; }
  thead { display: none; } tr { display: block; padding: 8px 0; border-bottom: 1px solid var(--line); }
  tr:last-child { border-bottom: 0; }
  td { display: inline-block; border: 0; padding: 0 14px 0 0; overflow-wrap: anywhere; }
  td:nth-child(-n+2), td:has(.spark), td:has(pre) { display: block; padding: 0; } td:first-child { font-weight: 600; }
  td:nth-child(n+3)[data-head]::before { content: attr(data-head) " "; color: var(--quiet); }
}
"""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows of ready cells; on a narrow page each row is a card, whose cells say their own heads."""
    head = "".join(f"<th>{escape(one)}" for one in heads)
    body = "".join(f"<tr>{_cards(heads, row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cards(heads: Sequence[str], row: Sequence[str]) -> str:
    value = (
        (f' data-head="{escape(head)}"' if head and cell else "", cell) for head, cell in zip(heads, row, strict=True)
    )
    return "".join(f"<td{head}>{cell}" for head, cell in value)


def cells(*texts: str) -> tuple[str, ...]:
    """Cells out of plain text."""
    return tuple(map(escape, texts))
