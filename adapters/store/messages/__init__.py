"""What was sent, what the network said of it, and what patients answered."""
