"""Controlled drugs in a scenario, entered in the real ledger."""
