"""Other engines on the same work; each program runs in an environment of its own and imports nothing of the product."""
