"""The nbgrader face: everything is plugged in by configuration, nothing is patched."""
