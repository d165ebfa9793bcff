"""What a scenario lives in: a real server, a worker that may be killed, a mailbox, courses with clocks of their own."""
