"""One module a question: `measure(size)` gives its rows and pictures."""
