"""Why a goal is not met, where the table says so, and what would meet it."""

STEPS: dict[str, str] = {
    "courses a second": "the worker is what limits: see its CPU below.",
    "worker cpu": (
        "what stands over the floor is the rules themselves (agenda and needs of the record), the encryption of every "
        "payload and pydantic; next is to carry protocol and instruments by their hash instead of in every page."
    ),
    "server cpu": (
        "search attributes and the card are the difference, an event each; next is to write both in one task with "
        "what else changes, and the card only where a list would show it."
    ),
}
