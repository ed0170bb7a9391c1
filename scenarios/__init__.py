"""The golden scenarios: whole lessons and raids, played on the practice classroom as each platform would let us.

`python -m scenarios` plays them, `--write` puts the figures into docs/scenarios.md. How it works: README.md here.
"""
