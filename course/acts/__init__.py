"""What people can do to a course: one strict shape for each act, and for a patient's answer by text message.

What an act may say belongs here. Who may do it stands in `course/actions.py`, what it does to the record in
`course/handlers`.
"""
