"""What ops do: is all well, waking courses, moving them to a build, rescuing one, the proof that nobody is missing.

Starting a server or a worker is no service: it is done where a process begins.
"""
