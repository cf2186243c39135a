"""Pictures: numbers in, SVG out. Knows no database, no file and no clock; a picture is drawn the same each time."""
