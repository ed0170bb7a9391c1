"""Names as they are compared, never as they are shown: who carries one name in two spellings, who looks like whom."""

from app.domain.names.keys import Keys, keys_of, name_key
from app.domain.names.likeness import Likeness, likeness

__all__ = ["Keys", "Likeness", "keys_of", "likeness", "name_key"]
