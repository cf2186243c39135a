"""Answers from what was collected. Arithmetic is pure; `load` alone knows where the data is."""
