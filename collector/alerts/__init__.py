"""Two kinds of news with one way out: when (rules), never twice (once), how (deliver)."""
