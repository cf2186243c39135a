"""A seeded stand-in for the vendor's API: it answers from a model of its own and tells tests its truth."""
