"""The nouns and verbs of guarding a lesson: pure, standard library only."""
