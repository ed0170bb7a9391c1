"""Names as they are compared, never as they are shown: who carries one name in two spellings, who looks like whom."""

from app.domain.names.folding import FILLERS
from app.domain.names.keys import Keys, keys_of, name_key
from app.domain.names.likeness import Likeness, likeness
from app.domain.names.titles import Title

__all__ = ["FILLERS", "Keys", "Likeness", "Title", "keys_of", "likeness", "name_key"]
