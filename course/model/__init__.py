"""What a course is: the record and its parts, protocol and instrument, the closed vocabularies, what goes in and out.

Shapes and what can be told from one of them alone belong here. Rules that weigh one against another do not.
"""
