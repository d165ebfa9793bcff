"""What a clinic decides once and signs: a protocol and its instruments, as data that a course carries with it."""
