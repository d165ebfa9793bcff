"""What each act does to a record, by the part of the clinic in which it happens.

A handler takes a record and an act and returns the next record, or refuses in one sentence. The shapes of acts are
in `course/acts`.
"""
