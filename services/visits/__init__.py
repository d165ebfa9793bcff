"""Visits and chairs of a site: the day, the treatment room, who waits, what a freed chair or a closed site means.

Which dates a protocol allows is decided in `course/scheduling`.
"""
