"""Dates and chairs: proposing a series, how long a visit holds a chair, and where visits go when a site closes."""
