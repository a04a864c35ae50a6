"""Turns what students really hand in into a clean inbox, reading bytes and nothing else."""
