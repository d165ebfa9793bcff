"""What a protocol file leaves out."""

from course.library.loading import load_protocol
from tests.support.records import CLINIC_FOLDER, DEPRESSION, clinic

OPTIONAL = ("session", "maintenance", "evaluations", "doubt", "before_dose", "during", "leaving", "plausible")


def test_what_a_file_leaves_out_is_what_the_shipped_ones_say() -> None:
    """Without any line that may be left out, and without the tables of limits, depression is as strict as with them."""
    text = (CLINIC_FOLDER / "protocols" / "depression.toml").read_text()
    table, kept, left_out = "", [], 0
    for line in text.splitlines():
        table = line.split("]")[0].lstrip("[") if line.startswith("[") else table
        model = type(getattr(DEPRESSION, table)) if table in OPTIONAL else None
        name = line.partition("=")[0].strip()
        whole = table in OPTIONAL[4:]
        if whole or (model is not None and name in model.model_fields and not model.model_fields[name].is_required()):
            left_out += bool(name)
        else:
            kept.append(line)
    assert left_out > 50
    short = load_protocol("\n".join(kept), "short.toml", clinic().instruments)
    assert short.with_(sha256="") == DEPRESSION.with_(sha256="")
