"""What a rule would have earned, with what was known then, and how little that proves."""
