"""The demo: a year of a clinic, and its report."""
