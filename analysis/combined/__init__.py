"""Dark-pool prints and options flow of one symbol on one clock. Knows no database, no file and no clock."""
