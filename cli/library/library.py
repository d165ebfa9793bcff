"""Protocols and instruments from the command line; no server and no sign-in needed."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from adapters.clinic.files import Clinic, load_clinic
from adapters.clinic.whole_folder import ClinicFolder, load_folder
from adapters.settings import load_settings
from cli.care.measuring import Typed
from cli.output import FAILED, OK, answer, as_json, complain, table
from cli.session import OutputOptions, command
from course.library.loading import Fault, LoadError
from course.model.protocol.instrument import asked_about
from course.model.protocol.protocol import Protocol
from play.check import load_scenario
from play.files import known
from services.comparing import differences, protocol_named
from services.errors import InputError
from services.measures import score_typed
from services.typed.naming import instrument_named

Folder = Annotated[Path | None, Parameter(help="clinic folder, if not ST_CLINIC_FOLDER")]


@command
async def protocols_list(*, folder: Folder = None, output: OutputOptions = OutputOptions()) -> int:
    """List the clinic's protocols.

    Example: starter.py protocols list
    """
    found = _clinic(folder).protocols
    if output.json:
        as_json(
            [{"id": one.id, "title": one.title, "version": one.version, "sha256": one.sha256} for one in found.values()]
        )
        return OK
    table(
        ("id", "title", "version", "sessions", "evidence", "sha256"),
        [
            (one.id, one.title, one.version, str(one.induction.sessions), one.evidence.grade, one.sha256[:12])
            for one in found.values()
        ],
    )
    return OK


@command
async def protocols_show(protocol: str, *, folder: Folder = None, output: OutputOptions = OutputOptions()) -> int:
    """Show one protocol with its sources.

    Example: starter.py protocols show depression
    """
    clinic = _clinic(folder)
    if protocol not in clinic.protocols:
        raise InputError(f"there is no protocol {protocol}: {', '.join(sorted(clinic.protocols))}")
    found = clinic.protocols[protocol]
    return answer(found, _page(found), json_=output.json)


def _page(protocol: Protocol) -> str:
    series, dose, boosters = protocol.induction, protocol.dose, protocol.maintenance
    gates = "\n".join(f"  {gate.kind:10} {gate.id:22} {gate.text}" for gate in protocol.gates)
    sources = "\n".join(f"  {name}: {text}" for name, text in protocol.sources.items())
    return (
        f"{protocol.title} ({protocol.id} {protocol.version}, sha {protocol.sha256[:12]})\n"
        f"Evidence: {protocol.evidence.grade}. {protocol.evidence.statement.strip()}\n"
        f"Series: {series.sessions} sessions ({series.sessions_min}-{series.sessions_max}), gaps {series.gap_days_min}-"
        f"{series.gap_days_max} days, at most {series.span_days_max} days\n"
        f"Dose: {dose.amount} {dose.basis} ({dose.low}-{dose.high}) over {dose.minutes} min, at most {dose.max_mg} mg\n"
        f"Boosters: every {boosters.interval_days} days ({boosters.interval_days_min}-{boosters.interval_days_max})\n"
        f"Primary measure: {protocol.outcome.instrument}\n{_also(protocol)}Gates:\n{gates}\nSources:\n{sources}"
    )


def _also(protocol: Protocol) -> str:
    """What a protocol measures beside its primary measure, and what holds."""
    rule = protocol.measuring
    value = [f"Rated where the clinic rates: {protocol.rated.instrument}"] if protocol.rated is not None else []
    value += [f"Asked with it: {', '.join(rule.also_asked)}"] if rule.also_asked else []
    value += [f"Shown beside it, deciding nothing: {', '.join(rule.secondary)}"] if rule.secondary else []
    value += [f"Rated before each dose: {', '.join(rule.at_visits)}"] if rule.at_visits else []
    value += [f"Holds for {one.cause}: {one.instrument} from {one.at_least}" for one in protocol.holds]
    return "".join(f"{line}\n" for line in value)


@command
async def protocols_check(*, folder: Folder = None, output: OutputOptions = OutputOptions()) -> int:
    """Check every file of the clinic folder; each mistake is named with its file and line.

    Example: starter.py protocols check --folder clinic
    """
    try:
        found = _every_file(folder or load_settings().clinic_folder)
    except LoadError as error:
        if output.json:
            as_json({"faults": [vars(fault) for fault in error.faults]})
            return FAILED
        return complain(str(error), FAILED, json_=False)
    clinic, languages, staff = found.clinic, sorted(found.texts.languages), found.staff.staff
    fields = {
        "protocols": sorted(clinic.protocols),
        "instruments": sorted(clinic.instruments),
        "sites": sorted(clinic.sites),
        "texts": languages,
        "staff": len(staff),
    }
    kinds = {"protocol": len(clinic.protocols), "instrument": len(clinic.instruments), "site": len(clinic.sites)}
    counted = ", ".join(f"{many} {kind}{'' if many == 1 else 's'}" for kind, many in kinds.items())
    text = f"{counted}, texts in {', '.join(languages)} and {len(staff)} accounts are sound"
    return answer(fields, text, json_=output.json)


def _every_file(folder: Path) -> ClinicFolder:
    """The whole folder, scenarios too, which are judged by its protocols once these are sound; raises LoadError."""
    found = load_folder(folder)
    faults: list[Fault] = []
    for path in sorted((folder / "scenarios").glob("*.toml")):
        try:
            load_scenario(path, known(found.clinic))
        except LoadError as error:
            faults += (Fault(f"scenarios/{one.file}", one.line, one.sentence) for one in error.faults)
    if faults:
        raise LoadError(faults)
    return found


@command
async def protocols_diff(
    one: Annotated[str, Parameter(help="a protocol's id, or a file")],
    other: Annotated[str, Parameter(help="a protocol's id, or a file")],
    *,
    folder: Folder = None,
    output: OutputOptions = OutputOptions(),
) -> int:
    """List every field in which two protocols differ; for a file with mistakes, each of them with its line.

    Example: starter.py protocols diff depression ptsd
    """
    clinic = _clinic(folder)
    left, right = (protocol_named(clinic, name) for name in (one, other))
    found = differences(left, right)
    if output.json:
        as_json([vars(difference) for difference in found])
        return OK
    if not found:
        print("They say the same.")
        return OK
    heads = [f"{protocol.id} {protocol.version}" for protocol in (left, right)]
    if left.id == right.id:
        heads = [one, other]
    table(("field", *heads), [(each.field, each.one, each.other) for each in found])
    return OK


@command
async def instruments_list(*, folder: Folder = None, output: OutputOptions = OutputOptions()) -> int:
    """List the clinic's instruments.

    Example: starter.py instruments list
    """
    found = _clinic(folder).instruments
    if output.json:
        as_json(found)
        return OK
    table(
        ("id", "title", "items", "range", "look-back", "licence"),
        [
            (one.id, one.title, str(one.items), f"{one.item_min}-{one.item_max}", asked_about(one), one.licence)
            for one in found.values()
        ],
    )
    return OK


@command
async def score_answers(
    instrument: str,
    *,
    answers: Typed = "",
    total: float | None = None,
    folder: Folder = None,
    output: OutputOptions = OutputOptions(),
) -> int:
    """Score answers: total, band, flags; blanks follow the instrument's own rule.

    Example: starter.py score phq9 --answers 1,2,0,3,1,0,1,0,0 --json
    """
    clinic = _clinic(folder)
    instrument = instrument_named(tuple(clinic.instruments), instrument)
    scored = score_typed(clinic, instrument, answers, total)
    flags = f", {', '.join(scored.flags)} positive" if scored.flags else ""
    parts = f"; {', '.join(f'{name} {added}' for name, added in scored.parts.items())}" if scored.parts else ""
    also = "".join(f"; {one}" for one in scored.also)
    fields: dict[str, object] = {
        "instrument": instrument,
        "total": scored.total,
        "band": scored.band,
        "flags": scored.flags,
    }
    fields |= {name: value for name in ("parts", "pattern", "beside", "why") if (value := getattr(scored, name))}
    return answer(fields, f"{scored.said}{flags}{parts}{also}", json_=output.json)


def _clinic(folder: Path | None) -> Clinic:
    return load_clinic(folder or load_settings().clinic_folder)
