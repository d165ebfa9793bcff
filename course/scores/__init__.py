"""From answers to what they mean: scoring, response, remission and relapse; which doses make a booster.

Nothing here decides: a reading stands beside a clinician's decision.
"""
