"""Pages that are a table: the staff, who is on call, controlled drugs, the access log, the story of a course."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import FastAPI, Query

from pages.signing_in import Staff
from pages.twins import Twins
from services.drugs.drug_log import drug_log
from services.drugs.vials import stock
from services.people.access import AccessRequest, access_log
from services.people.on_call import on_call
from services.people.staffing import staff_list
from services.reading.story import course_story
from services.typed.times import shown

Cells = tuple[str, ...]


@dataclass(frozen=True)
class TableOf:
    """One table of a page: its name, its heads, its rows, and what is said where it has none."""

    name: str
    heads: Cells
    rows: tuple[Cells, ...]
    none: str = "Nothing."


@dataclass(frozen=True)
class TablePage:
    """A page of tables."""

    title: str
    says: str
    tables: tuple[TableOf, ...]


def install(_: FastAPI, twins: Twins) -> None:
    """Add the pages."""
    for path, read in (
        ("/staff", staff_page),
        ("/on-call", on_call_page),
        ("/drugs", drugs_page),
        ("/access", access_page),
        ("/courses/{course}/story", story_page),
    ):
        twins.add(path, read, "tables.html")


async def staff_page(at: Staff) -> TablePage:
    """Everybody who has an account, and what it lacks."""
    rows = tuple(
        (one.account.account_id, one.account.name, one.account.role, one.account.site, one.lacks)
        for one in await staff_list(at)
    )
    heads = ("Account", "Name", "Role", "Site", "Lacks")
    return TablePage("Staff", "Accounts are brought in, disabled and given passphrases from the command line.", (
        TableOf("Accounts", heads, rows),
    ))  # fmt: skip


async def on_call_page(at: Staff) -> TablePage:
    """Who is told of a safety matter, first to last, at each site; and who is away."""
    found = await on_call(at)
    now = tuple((one.site, ", ".join(one.now) or "NOBODY", ", ".join(one.standing)) for one in found.sites)
    turns = tuple(
        (one.site, shown(at.site_zone(one.site), each.begins_at), shown(at.site_zone(one.site), each.ends_at),
         ", ".join(each.accounts))
        for one in found.sites
        for each in one.turns
    )  # fmt: skip
    zone = at.site_zone(at.account.site)
    away = tuple((one.account_id, shown(zone, one.begins_at), shown(zone, one.ends_at)) for one in found.away)
    return TablePage("On call", "First to last; the next is told half an hour after the one before.", (
        TableOf("Now", ("Site", "Told now", "Standing list"), now),
        TableOf("Dated turns", ("Site", "From", "Until", "Who"), turns, "No turns lie ahead."),
        TableOf("Away", ("Who", "From", "Until"), away, "Nobody is away."),
    ))  # fmt: skip


async def drugs_page(at: Staff, site: Annotated[str, Query(max_length=64)] = "") -> TablePage:
    """What is in stock, every syringe of the last thirty days, and what nobody can account for."""
    report = await drug_log(at, site=site)
    zone = at.site_zone(site or at.account.site)
    vials = tuple(
        (one.vial.vial_id, one.vial.site, f"{one.vial.drug} {one.vial.mg_per_ml} mg/mL", one.vial.lot,
         one.vial.expires_on.isoformat(), f"{one.sum.left} mL")
        for one in await stock(at, site, every=False)
    )  # fmt: skip
    open_ones = tuple((shown(zone, one.due), one.owner, one.sentence) for one in report.discrepancies)
    syringes = tuple(
        (shown(zone, one.drawn_at), one.patient, f"{one.drug}, lot {one.lot}", f"{one.drawn_ml} mL",
         f"{one.given_ml} mL", f"{one.wasted_ml} mL", one.given_by, one.witness)
        for one in report.rows
    )  # fmt: skip
    return TablePage("Controlled drugs", "Entries are made from the command line, before their witness.", (
        TableOf("What nobody can account for", ("Due", "Owner", "What"), open_ones, "Everything is accounted for."),
        TableOf("In stock", ("Vial", "Site", "Drug", "Lot", "Use by", "On paper"), vials, "No vials are in stock."),
        TableOf("Syringes of the last 30 days",
                ("Drawn", "Patient", "Drug", "Drawn", "Given", "Wasted", "Given by", "Witness"), syringes),
    ))  # fmt: skip


async def access_page(at: Staff, course: Annotated[str, Query(max_length=64)] = "") -> TablePage:
    """Who signed in, looked at what, and changed accounts and lists; the newest first."""
    zone = at.site_zone(at.account.site)
    rows = tuple(
        (shown(zone, one.at), one.account_id, one.what, one.course_id)
        for one in reversed(await access_log(at, AccessRequest(course=course)))
    )
    heads = ("When", "Who", "What", "Course")
    return TablePage(
        "Access log", "The newest 200 lines; reading them is one of them.", (TableOf("Lines", heads, rows),)
    )


async def story_page(at: Staff, course: str) -> TablePage:
    """Everything that happened to a course, with whose key signed each act and where it stands in the history."""
    found = await course_story(at, course)
    rows = tuple(
        (
            shown(found.zone, line.at),
            line.who if line.who == line.role else f"{line.who}, {line.role}",
            _what(line.what, line.before, line.after),
            line.why or line.rule,
            "; ".join(one.shown for one in line.signatures),
            f"{line.run}.{line.event}",
        )
        for line in found.lines
    )
    heads = ("Recorded", "Who", "What", "Why", "Signature", "Run.event")
    says = ", ".join(f"{number} {state}" for state, number in sorted(found.counts.items()))
    return TablePage(f"Story of course {found.course_id}", f"Signatures: {says or 'none'}.", (
        TableOf("Lines", heads, rows),
    ))  # fmt: skip


def _what(what: str, before: str, after: str) -> str:
    return f"{what} ({before} to {after})" if before and after else what
