"""Everything that speaks with Temporal: connecting, workers, encryption, search attributes, histories, schedules."""
