"""From answers to what they mean: scoring, response, remission and relapse, the brakes on boosters, the stop review.

Nothing here decides: a reading stands beside a clinician's decision.
"""
