"""Pages of the laptop's own: browse symbols, days, levels and strikes, live. Each is asked anew, none is kept."""
