"""How much one name looks like another: what a teacher's double has in common with the teacher."""

import re
from enum import IntEnum

from app.domain.names.keys import Keys
from app.domain.names.titles import Title


class Likeness(IntEnum):
    """How alike two names are, least first."""

    NONE = 0
    GLANCE = 1  # at a glance, or whatever the spaces
    ADDRESS = 2  # a part of the name, under a teacher's title
    ACCENTS = 3  # but for accents
    FORM = 4  # but for order, numbers, words of address, disguises and old characters
    SAME = 5  # but for what nobody sees


_HAN = re.compile(r"[\u3400-\u9fff]")


def likeness(one: Keys, other: Keys) -> Likeness:
    """How much `one`, whom nobody knows, looks like `other`, who is known."""
    if not one.exact or not other.exact:
        return Likeness.NONE
    if one.exact == other.exact:
        return Likeness.SAME
    if one.plain and one.plain == other.plain:
        return Likeness.FORM
    if one.bare and one.bare == other.bare:
        return Likeness.ACCENTS
    if one.title is Title.TEACHER and one.core and other.core and _part(one, other):
        return Likeness.ADDRESS
    if one.glance and (one.glance == other.glance or one.whole == other.whole):
        return Likeness.GLANCE
    return Likeness.NONE


def _part(one: Keys, other: Keys) -> bool:
    """Whether somebody under a teacher's title carries a part of the other's name, or the other's and more."""
    mine, known = "".join(one.core), "".join(other.core)
    if _HAN.match(mine) and _HAN.match(known):
        return known.startswith(mine) or known.endswith(mine) or (other.short and mine.startswith(known))
    return set(one.core) <= set(other.core) or (other.short and set(other.core) <= set(one.core))
