"""What somebody wrote, brought into a form for comparing only; the original stays as evidence."""

import unicodedata

LONGEST = 400  # characters that are compared: what differs only after them is the same


def fingerprint(text: str) -> str:
    """The same for lines that only pretend to differ: by case, spaces, digits, punctuation, emoji, repeated letters.

    "" where nothing is left: a line of emoji alone is compared with none.
    """
    folded = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    letters = [c for c in folded if c.isalpha()]
    return "".join(c for i, c in enumerate(letters) if i == 0 or c != letters[i - 1])[:LONGEST]
