"""Stores on both databases."""

from tests.support.stores import postgres, store, store_url

__all__ = ["postgres", "store", "store_url"]
