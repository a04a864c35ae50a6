"""Measurements: two ways of doing one thing, in one run on one machine, as a ratio."""
