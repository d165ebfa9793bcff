"""The course as a FHIR R4 Bundle: what was planned, given, measured and consented to, by whom, and who looked."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from adapters.store.people.access import Access
from adapters.store.people.directory import Patient
from audit.bundle.fhir_words import (
    AUDIT_DESTINATION,
    AUDIT_DONE,
    AUDIT_OBJECT,
    AUDIT_PATIENT,
    AUDIT_PERSON,
    AUDIT_READ,
    AUDIT_REFUSED,
    AUDIT_RESOURCE,
    AUDIT_REST,
    AUDIT_SOURCE,
    AUDIT_USER,
    BLOOD_PRESSURE,
    DIASTOLIC,
    ENCOUNTER,
    HEART_RATE,
    KETAMINE,
    LOINC,
    SATURATION,
    SURVEY,
    SYSTOLIC,
    UCUM,
    VITAL_SIGNS,
    care_plan_status,
    coded,
    severity,
)
from course.model.parts import Score
from course.model.record import CourseRecord
from course.model.terms import GateAnswer, GateKind, SessionStatus
from course.model.visit import Dose, Event, Session, Vitals

Resource = dict[str, Any]


class Fhir:
    """The resources of one course."""

    def __init__(self, record: CourseRecord, patient: Patient | None) -> None:
        self.record, self.patient = record, patient

    def bundle(self, acts: Sequence[Mapping[str, Any]], looks: Sequence[Access]) -> Resource:
        """Everything as one collection; `acts` as the histories have them, `looks` out of the access log."""
        resources = [
            self._patient(), self._plan(),
            *map(self._encounter, self.record.sessions),
            *map(self._given, self.record.valid_doses),
            *(one for session in self.record.sessions for reading in session.vitals for one in self._vitals(reading)),
            *(one for score in self.record.scores if not score.voided for one in self._score(score)),
            *(self._event(one) for one in self.record.events if not one.voided),
            *self._consents(),
            *(self._provenance(number, act) for number, act in enumerate(acts)),
            *(self._look(number, look) for number, look in enumerate(looks)),
        ]  # fmt: skip
        entries = [{"fullUrl": self._url(one["resourceType"], one["id"]), "resource": one} for one in resources]
        return {"resourceType": "Bundle", "type": "collection", "entry": entries}

    def _url(self, kind: str, name: str) -> str:
        return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{self.record.course_id}/{kind}/{name}')}"

    def _to(self, kind: str, name: str) -> Resource:
        return {"reference": self._url(kind, name)}

    @property
    def _subject(self) -> Resource:
        return self._to("Patient", self.record.patient_id)

    def _patient(self) -> Resource:
        found: Resource = {"resourceType": "Patient", "id": self.record.patient_id}
        if self.patient is not None:
            found |= {"name": [{"text": self.patient.name}], "birthDate": self.patient.birth_date.isoformat()}
            if self.patient.mrn:
                found["identifier"] = [{"type": {"text": "MRN"}, "value": self.patient.mrn}]
        return found

    def _plan(self) -> Resource:
        record, protocol = self.record, self.record.protocol
        return {
            "resourceType": "CarePlan",
            "id": record.course_id,
            "status": care_plan_status(record),
            "intent": "plan",
            "title": f"{protocol.title}, version {protocol.version}",
            "instantiatesUri": [f"urn:sha256:{protocol.sha256}"],
            "subject": self._subject,
            "period": {"start": _at(record.opened_at), **({"end": _at(record.closed_at)} if record.closed_at else {})},
            "author": {"display": record.owner_name or record.owner},
        }

    def _encounter(self, one: Session) -> Resource:
        return {
            "resourceType": "Encounter",
            "id": one.id,
            "status": ENCOUNTER[one.status],
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
            "subject": self._subject,
            "period": {"start": _at(one.start), "end": _at(one.end)},
        }

    def _given(self, one: Dose) -> Resource:
        known = any(session.id == one.session for session in self.record.sessions)
        dose = {"value": _number(one.mg), "unit": "mg", "system": UCUM, "code": "mg"}
        text = f"over {one.minutes} minutes at {one.weight_kg} kg"
        return {
            "resourceType": "MedicationAdministration",
            "id": one.session,
            "status": "stopped" if one.status is SessionStatus.ABORTED else "completed",
            "medicationCodeableConcept": KETAMINE,
            "subject": self._subject,
            **({"context": self._to("Encounter", one.session)} if known else {}),
            "effectivePeriod": {"start": _at(one.at), "end": _at(one.at + timedelta(minutes=one.minutes))},
            "performer": [{"actor": {"display": one.by or "unknown"}}],
            "dosage": {"text": text, "dose": dose},
        }

    def _vitals(self, one: Vitals) -> Iterator[Resource]:
        name = f"vitals-{one.at:%Y%m%dT%H%M%S}"
        pressure = [(SYSTOLIC, one.systolic), (DIASTOLIC, one.diastolic)]
        yield self._observed(f"{name}-bp", VITAL_SIGNS, BLOOD_PRESSURE, one.at) | {
            "component": [{"code": code, "valueQuantity": _quantity(value, "mm[Hg]")} for code, value in pressure]
        }
        for code, value, unit, short in (
            (HEART_RATE, one.heart_rate, "/min", "hr"),
            (SATURATION, one.spo2, "%", "spo2"),
        ):
            if value is not None:
                found = self._observed(f"{name}-{short}", VITAL_SIGNS, code, one.at)
                yield found | {"valueQuantity": _quantity(value, unit)}

    def _score(self, one: Score) -> Iterator[Resource]:
        instrument = self.record.instruments[one.instrument]
        loinc = instrument.loinc.get("total", "")
        code = coded(LOINC, loinc, f"{instrument.title} total") if loinc else {"text": f"{instrument.title} total"}
        if one.total is not None:
            yield self._observed(one.id, SURVEY, code, one.at) | {
                "valueQuantity": _quantity(one.points, "{score}"),
                **({"derivedFrom": [self._to("QuestionnaireResponse", one.id)]} if one.answers else {}),
            }
        if one.answers:
            given = [(number, value) for number, value in enumerate(one.answers, start=1) if value.isdigit()]
            yield {
                "resourceType": "QuestionnaireResponse",
                "id": one.id,
                "questionnaire": f"http://loinc.org/q/{instrument.loinc.get('panel', one.instrument)}",
                "status": "completed" if len(given) == len(one.answers) else "in-progress",
                "subject": self._subject,
                "authored": _at(one.at),
                "item": [{"linkId": str(number), "answer": [{"valueInteger": int(value)}]} for number, value in given],
            }

    def _observed(self, name: str, category: Resource, code: Resource, at: datetime) -> Resource:
        return {
            "resourceType": "Observation",
            "id": name,
            "status": "final",
            "category": [category],
            "code": code,
            "subject": self._subject,
            "effectiveDateTime": _at(at),
        }

    def _event(self, one: Event) -> Resource:
        return {
            "resourceType": "AdverseEvent",
            "id": one.id,
            "actuality": "actual",
            "event": {"text": one.term},
            "subject": self._subject,
            "date": _at(one.at),
            "seriousness": {"text": "serious" if one.serious else "not serious"},
            "severity": severity(one.severity),
        }

    def _consents(self) -> Iterator[Resource]:
        for gate in self.record.protocol.gates:
            state = self.record.gates.get(gate.id)
            if gate.kind is GateKind.CONSENT and state is not None and state.answer is GateAnswer.YES:
                yield {
                    "resourceType": "Consent",
                    "id": gate.id,
                    "status": "active",
                    "scope": coded("http://terminology.hl7.org/CodeSystem/consentscope", "treatment", "Treatment"),
                    "category": [coded(LOINC, "59284-0", "Consent Document")],
                    "patient": self._subject,
                    "dateTime": _at(state.since),
                    "policyRule": {"text": gate.text},
                }

    def _provenance(self, number: int, act: Mapping[str, Any]) -> Resource:
        actor = act["actor"]
        found: Resource = {
            "resourceType": "Provenance",
            "id": f"act-{number}",
            "target": [self._to("CarePlan", self.record.course_id)],
            "recorded": act["made_at"],
            "activity": {"text": str(act["action"]).replace("_", " ")},
            "agent": [{"type": {"text": actor["role"]}, "who": {"display": actor["name"]}}],
        }
        if actor.get("signature"):
            signer = coded("urn:iso-astm:E1762-95:2013", "1.2.840.10065.1.12.1.1", "Author's Signature")
            found["signature"] = [
                {
                    "type": signer["coding"],
                    "when": act["made_at"],
                    "who": {"display": f"{actor['name']}, key {actor['signature']['key_id']}"},
                    "sigFormat": "application/octet-stream",
                    "data": actor["signature"]["value"],
                }
            ]
        return found

    def _look(self, number: int, look: Access) -> Resource:
        """A look, as IHE's Basic Audit Log Patterns have the reading of a patient's data."""
        refused = look.what.startswith("refused")
        return {
            "resourceType": "AuditEvent",
            "id": f"access-{number}",
            "type": AUDIT_REST,
            "subtype": [AUDIT_READ, {"display": look.what}],
            "action": "R",
            "recorded": _at(look.at),
            "outcome": AUDIT_REFUSED if refused else AUDIT_DONE,
            "agent": [
                {"type": AUDIT_SOURCE, "who": {"display": "Structured Treatments, as used"}, "requestor": False},
                {"type": AUDIT_DESTINATION, "who": {"display": "Structured Treatments"}, "requestor": False},
                {"type": AUDIT_USER, "who": {"display": look.account_id}, "requestor": True},
            ],
            "source": {"observer": {"display": "Structured Treatments"}},
            "entity": [
                {"what": self._subject, "type": AUDIT_PERSON, "role": AUDIT_PATIENT},
                {
                    "what": self._to("CarePlan", self.record.course_id),
                    "type": AUDIT_OBJECT,
                    "role": AUDIT_RESOURCE,
                },
            ],
        }


def _at(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds")


def _number(value: Decimal | float) -> int | float:
    return int(value) if value == int(value) else float(value)


def _quantity(value: Decimal | float, unit: str) -> Resource:
    return {"value": _number(value), "unit": unit, "system": UCUM, "code": unit}
