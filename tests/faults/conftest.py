"""A mail server for the faults that need one."""

from tests.support.mail import post_office

__all__ = ["post_office"]
