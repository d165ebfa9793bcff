"""Stores on both databases, and a mail server that can be told how to behave."""

from tests.support.mail import post_office, unused_port
from tests.support.stores import postgres, store, store_url

__all__ = ["post_office", "postgres", "store", "store_url", "unused_port"]
