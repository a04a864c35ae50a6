"""Graded cells twice, as text, as raw cells, under other ids, unlocked, with solutions of their own."""

import json


import copy


def build(folder, facts):
    path = folder / "cloakroom.ipynb"
    notebook = json.loads(path.read_text())
    graded = [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]
    for number, cell in enumerate(list(graded)):
        for kind in ("markdown", "raw", "code", "heading"):
            twin = copy.deepcopy(cell) | {"cell_type": kind, "id": f"twin{number}{kind}"}
            notebook["cells"].insert(0, twin)
            other = copy.deepcopy(cell)
            other["id"] = f"other{number}{kind}"
            other["metadata"]["nbgrader"] |= {"grade_id": f"bonus-{number}-{kind}", "points": 1000}
            notebook["cells"].append(other)
        cell["metadata"]["nbgrader"] |= {"locked": False, "solution": True, "task": True, "grade": False}
        cell["cell_type"] = "raw"
    path.write_text(json.dumps(notebook))
