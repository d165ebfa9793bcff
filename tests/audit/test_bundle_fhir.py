"""The course in FHIR is what FHIR R4 says, and says what the record says."""

import json
from collections import Counter
from copy import deepcopy
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from adapters.store.people.access import Access
from audit.bundle.fhir import Fhir
from course.model.terms import SessionStatus, Severity
from course.model.visit import Event
from tests.support.bundles import Exported
from tests.support.fhir.schema import faults
from tests.support.records import at, infused, make_record, measured

OUGHT = {"CarePlan", "Encounter", "Observation", "QuestionnaireResponse", "Consent", "Provenance", "AuditEvent"}


def test_a_course_is_valid_by_the_schema_of_r4_and_by_its_models(exported: Exported) -> None:
    """Doses, scores, signatures and looks are all there, each as R4 has it, each under an address of its own."""
    whole = json.loads(exported.files["fhir.json"])
    kinds = Counter(one["resource"]["resourceType"] for one in whole["entry"])
    assert faults(whole) == []
    for one in whole["entry"]:
        get_fhir_model_class(one["resource"]["resourceType"]).model_validate(one["resource"])
    assert kinds["CarePlan"] == kinds["Patient"] == 1
    assert kinds["MedicationAdministration"] >= 6
    assert set(kinds) >= OUGHT
    signed = [one for one in whole["entry"] if one["resource"].get("signature")]
    assert len(signed) > 20
    urls = [one["fullUrl"] for one in whole["entry"]]
    assert len(urls) == len(set(urls))
    told = {found["reference"] for one in whole["entry"] for found in _references(one["resource"])}
    assert told <= set(urls)


def _references(value: Any) -> list[dict[str, str]]:
    """Every reference to another resource."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    mine = [value] if isinstance(value, dict) and "reference" in value else []
    return mine + [found for one in inside for found in _references(one)]


def test_adverse_events_stopped_doses_and_refused_looks() -> None:
    """What went wrong is in FHIR too: severity and seriousness, a dose that was stopped, a look that was refused."""
    bad = Event(id="a1", at=at("2026-03-02T10:00:00Z"), term="syncope", severity=Severity.SEVERE, serious=True)
    gone = bad.with_(id="a2", voided=True)
    stopped = infused(2, 2).with_(status=SessionStatus.ABORTED)
    record = make_record(events=(bad, gone), doses=(infused(0), stopped), scores=(measured(0, 19),))
    looks = [Access("haas", "refused export", at("2026-03-03T10:00:00Z"), record.course_id)]
    made = Fhir(record, None).bundle([], looks)
    assert faults(made) == []
    resources = [one["resource"] for one in made["entry"]]
    (event,) = (one for one in resources if one["resourceType"] == "AdverseEvent")
    (look,) = (one for one in resources if one["resourceType"] == "AuditEvent")
    doses = [one["status"] for one in resources if one["resourceType"] == "MedicationAdministration"]
    assert (event["event"]["text"], event["severity"]["coding"][0]["code"]) == ("syncope", "severe")
    assert event["seriousness"]["text"] == "serious"
    assert doses == ["completed", "stopped"]
    assert (look["outcome"], look["subtype"][0]["code"], look["agent"][2]["who"]["display"]) == ("8", "read", "haas")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("period", "start"), "yesterday"),
        (("status",), 7),
        (("subject", "name"), "a name that no reference has"),
        (("title",), ""),
    ],
)
def test_what_is_no_r4_is_named(path: tuple[str, ...], value: object) -> None:
    """The schema is read as it is: a wrong date, a number for a word, a field too many and an empty text are found."""
    plan = next(
        one["resource"] for one in Fhir(make_record(), None).bundle([], [])["entry"] if "intent" in one["resource"]
    )
    assert faults(plan) == []
    changed = deepcopy(plan)
    holder = changed
    for name in path[:-1]:
        holder = holder[name]
    holder[path[-1]] = value
    (fault,) = faults(changed)
    assert fault.startswith(("CarePlan." + ".".join(path), "CarePlan." + ".".join(path[:-1])))
