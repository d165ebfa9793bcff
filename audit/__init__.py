"""Reads what happened, and proves that it is whole."""
