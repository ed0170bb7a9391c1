"""The join page: static files."""
