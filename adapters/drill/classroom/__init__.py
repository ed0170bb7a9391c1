"""The practice classroom: a whole platform of its own, with meetings, a control API, webhooks and a join page."""
