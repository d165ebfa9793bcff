"""What an auditor does: each look is on record, and so is each that was refused."""
