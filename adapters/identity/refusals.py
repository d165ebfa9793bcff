"""Why somebody is not let in."""


class IdentityError(Exception):
    """One sentence why somebody is not let in; it never quotes what was typed."""
