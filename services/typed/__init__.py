"""What people type, understood where it can mean one thing only: times, vital signs, the name of a course."""
