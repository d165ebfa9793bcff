"""A mail server and a free port for the faults that need one."""

from tests.support.outside.mail import post_office, unused_port

__all__ = ["post_office", "unused_port"]
