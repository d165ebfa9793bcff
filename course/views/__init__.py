"""What people and lists are shown of a course: the card, the forecast, why it stands so, the proof of the night.

Views read a record and never change it.
"""
