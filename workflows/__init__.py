"""The durable processes: a course's life."""
