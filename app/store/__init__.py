"""The durable half: tables, the numbered log, the hash chain. Plain synchronous code on SQLAlchemy Core."""
