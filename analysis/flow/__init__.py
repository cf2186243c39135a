"""Options-flow arithmetic: sums and trades in, numbers out. Knows no database, no file and no clock."""
