"""The worklist and the list of courses; one course: how it stands, why, what comes, what happened."""
