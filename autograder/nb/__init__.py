"""The nbgrader face: everything is plugged in by configuration, nothing is patched."""

from __future__ import annotations

import sys

__all__: list[str] = []

# When this package is there, jsonschema compiles its grammar on import: two CPU seconds, measured,
# before nbformat is usable, to check a format (IRI) that no notebook's schema has. Absent, it is skipped.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # how Python marks a module as absent
