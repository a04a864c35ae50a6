"""The commands of `course`: plain functions that return an exit code."""
