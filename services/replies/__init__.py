"""What a text message service posts: kept first, then carried to the courses until each has taken it."""
