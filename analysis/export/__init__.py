"""Rows as Arrow tables with types that other programs know. Knows no database, no file and no clock."""
