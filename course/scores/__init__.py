"""From answers to what they mean: scoring, response, remission and relapse, the brakes on boosters.

Nothing here decides: a reading stands beside a clinician's decision.
"""
