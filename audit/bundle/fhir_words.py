"""The codes in which FHIR says what a course says in words of its own."""

from typing import Any

from course.model.record import CourseRecord
from course.model.terms import EndCause, SessionStatus, Severity

LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"

ENCOUNTER: dict[SessionStatus, str] = {
    SessionStatus.PLANNED: "planned",
    SessionStatus.CONFIRMED: "planned",
    SessionStatus.ARRIVED: "arrived",
    SessionStatus.GIVEN: "finished",
    SessionStatus.ABORTED: "finished",
    SessionStatus.NOT_GIVEN: "finished",
    SessionStatus.NO_SHOW: "cancelled",
    SessionStatus.OMITTED: "cancelled",
}
"""What has become of a visit, as http://hl7.org/fhir/R4/valueset-encounter-status.html has it."""


def coded(system: str, code: str, display: str) -> dict[str, Any]:
    """A CodeableConcept of one code."""
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


KETAMINE = coded("http://www.nlm.nih.gov/research/umls/rxnorm", "6130", "ketamine")
VITAL_SIGNS = coded(CATEGORY, "vital-signs", "Vital Signs")
SURVEY = coded(CATEGORY, "survey", "Survey")
BLOOD_PRESSURE = coded(LOINC, "85354-9", "Blood pressure panel with all children optional")
SYSTOLIC = coded(LOINC, "8480-6", "Systolic blood pressure")
DIASTOLIC = coded(LOINC, "8462-4", "Diastolic blood pressure")
HEART_RATE = coded(LOINC, "8867-4", "Heart rate")
SATURATION = coded(LOINC, "59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry")


TERMS, DICOM = "http://terminology.hl7.org/CodeSystem", "http://dicom.nema.org/resources/ontology/DCM"
AUDIT_REST = {"system": f"{TERMS}/audit-event-type", "code": "rest", "display": "Restful Operation"}
AUDIT_READ = {"system": "http://hl7.org/fhir/restful-interaction", "code": "read", "display": "read"}
AUDIT_DONE, AUDIT_REFUSED = "0", "8"
AUDIT_SOURCE = coded(DICOM, "110153", "Source Role ID")
AUDIT_DESTINATION = coded(DICOM, "110152", "Destination Role ID")
AUDIT_USER = coded(f"{TERMS}/v3-ParticipationType", "IRCP", "information recipient")
AUDIT_PERSON = {"system": f"{TERMS}/audit-entity-type", "code": "1", "display": "Person"}
AUDIT_PATIENT = {"system": f"{TERMS}/object-role", "code": "1", "display": "Patient"}
AUDIT_OBJECT = {"system": f"{TERMS}/audit-entity-type", "code": "2", "display": "System Object"}
AUDIT_RESOURCE = {"system": f"{TERMS}/object-role", "code": "4", "display": "Domain Resource"}


def care_plan_status(record: CourseRecord) -> str:
    """Where a course stands, as http://hl7.org/fhir/R4/valueset-request-status.html has it."""
    if record.closed:
        return "revoked" if record.end_cause is EndCause.WITHDRAWN else "completed"
    return "on-hold" if record.held is not None else "active"


def severity(value: Severity) -> dict[str, Any]:
    """How severe an adverse event was."""
    return coded("http://terminology.hl7.org/CodeSystem/adverse-event-severity", str(value), str(value).capitalize())
