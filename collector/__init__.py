"""Collects dark-pool prints and options flow into PostgreSQL, exactly once."""
