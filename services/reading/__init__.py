"""What staff look at: lists and the worklist, one course, what comes next, why it stands as it does, its story.

Every look is on record. Nothing here changes a course; what a text says is made in `course/views`.
"""
