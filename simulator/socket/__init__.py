"""The WebSocket: joins, what is pushed when, and what goes wrong with it."""
