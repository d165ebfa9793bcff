"""What people type, understood where it can mean one thing only: times, vital signs, names, remarks.

Nothing here looks at who asks, but for the directory in which a course is found by its patient's name.
"""
