"""A small strict HTTP server, and the signatures of those who post to it."""
