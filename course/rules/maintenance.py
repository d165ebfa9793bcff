"""The interval between boosters: which one the protocol allows."""

from course.model.protocol.protocol import Protocol


def why_no_interval(protocol: Protocol, interval_days: int | None) -> str:
    """Why boosters may not come every so many days, None meaning as needed; empty where they may."""
    rule = protocol.maintenance
    if interval_days is None:
        return "" if rule.as_needed else f"{protocol.id} has no as-needed boosters: give an interval in days"
    if rule.interval_days_min <= interval_days <= rule.interval_days_max:
        return ""
    return (
        f"{protocol.id} allows {rule.interval_days_min} to {rule.interval_days_max} days between boosters: "
        "choose inside the range; one visit outside it is moved with `defer` or booked early"
    )
