"""`collector alerts`: what was said, what is not well, and the process that says it."""
