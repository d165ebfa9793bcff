"""What each act does to a record, by the part of the clinic in which it happens."""
