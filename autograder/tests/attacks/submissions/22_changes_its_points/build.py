"""Points, schema versions, checksums and grade ids of every odd kind."""

import json


VALUES = [1e308, -5, float("nan"), float("inf"), "10", True, None, [10], 10**400]


def build(folder, facts):
    path = folder / "cloakroom.ipynb"
    notebook = json.loads(path.read_text())
    for number, cell in enumerate(notebook["cells"]):
        facts_of = cell["metadata"].setdefault("nbgrader", {})
        facts_of |= {"points": VALUES[number % len(VALUES)], "schema_version": [0, 2, 99, "x"][number % 4], "checksum": "0" * 32, "cell_type": "markdown"}
    notebook["metadata"]["celltoolbar"] = "Create Assignment"
    path.write_text(json.dumps(notebook))
