"""What people do, whichever door they come through: typed requests in, typed results out, one family of errors.

No printing, no argument parsing, no framework: the command line, pages and the player call the same functions.
"""
