"""Controlled drugs: the ledger, its rules, the log, and the chart."""
