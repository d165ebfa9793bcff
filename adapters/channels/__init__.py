"""Ways in which a letter leaves the clinic."""
