"""A lesson runs again without its platform: exactly as it was, or under another policy with simulated effects.

`again.py` proves that the log follows from its events; `play.py` tells what another policy would have done.
"""
