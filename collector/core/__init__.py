"""The floor under everything: values and rules, standard library only."""
