"""Commands about what can be proved: the notary's round, and verification."""
