"""Chairs that visits have reserved, and who waits for an earlier one."""
