"""What people do, whichever door they come through: typed requests in, typed results out, one family of errors.

`session.py` holds somebody who has signed in and what they ask a course to do; `courses.py` is the gateway to courses.
No printing, no argument parsing, no framework: the command line, pages and machines call the same functions.
"""
