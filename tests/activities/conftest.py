"""Stores on both databases, and a mail server that can be told how to behave."""

from tests.support.clinics import here
from tests.support.outside.mail import post_office, unused_port
from tests.support.outside.texting import text_service
from tests.support.stores import postgres, store, store_url

__all__ = ["here", "post_office", "postgres", "store", "store_url", "text_service", "unused_port"]
