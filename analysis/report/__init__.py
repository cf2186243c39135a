"""What a report of one symbol and session says, as values: rows in, facts out. Knows no database, file or clock."""
