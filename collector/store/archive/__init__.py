"""Months that leave the database for Parquet files (docs/decisions/0052-archive.md); loaded by `retain` alone."""
