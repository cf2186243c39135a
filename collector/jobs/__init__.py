"""What the collector does: each job wires sources, wire and store together."""
