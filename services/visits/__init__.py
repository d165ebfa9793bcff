"""Visits and chairs of a site: who has which, who waits, what a closed day or a supposed act would move."""
