"""Who keeps the chairs, and reserving them before a course hears of it."""
