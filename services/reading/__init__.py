"""Reading: lists and the worklist, one course, what comes next, why it stands as it does; every look is on record."""
