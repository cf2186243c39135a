"""Dark-pool arithmetic: prints in, numbers out. Knows no database, no file and no clock."""
