"""The platforms Menshen drives: an explicit list, no scanning and no registration by import."""
