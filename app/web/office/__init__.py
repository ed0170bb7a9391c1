"""The office beside the lessons: connections for school IT, and what is done before a class."""
