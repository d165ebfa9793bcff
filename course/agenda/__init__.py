"""What falls due, for the course itself and for people: occasions with their instants, and the worklist.

When a message goes out, what becomes of it, and which need opens when belong here. The words of messages do not:
they stand in the clinic's texts.
"""
