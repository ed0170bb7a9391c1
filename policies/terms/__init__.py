"""Words that are looked for in chat: lists that are data, the forms in which a line is compared, and the search."""
