"""FHIR's own JSON schema of R4 (4.0.1, public domain by CC0), and whether a resource is as it says."""
