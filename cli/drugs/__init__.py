"""Vials, syringes and the drug log."""
