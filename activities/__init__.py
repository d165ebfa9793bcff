"""One outside thing each, idempotent by occasion, reached through ports."""
