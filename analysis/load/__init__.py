"""The only room that knows where collected data is. Today that is PostgreSQL."""
