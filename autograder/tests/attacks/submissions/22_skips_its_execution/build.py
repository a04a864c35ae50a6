"""Tags and metadata by which runners skip a cell, over an app that earns 2 points."""

import json


TAGS = ["skip-execution", "raises-exception", "remove_cell", "nbgrader", "no-grade", "solution"]


def build(folder, facts):
    path = folder / "cloakroom.ipynb"
    notebook = json.loads(path.read_text())
    notebook["metadata"] |= {"tags": TAGS, "execution": {"skip": True, "timeout": -1}, "trusted": True, "nbgrader": {"points": 10}}
    for cell in notebook["cells"]:
        cell["metadata"] |= {"tags": TAGS, "trusted": True, "editable": True, "deletable": True, "execution": {"shell.execute_reply": {"status": "ok"}}}
        if cell["cell_type"] == "code":
            cell["source"] = "10"
            cell["execution_count"] = 1
            cell["outputs"] = [{"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": "10.0"}}]
    path.write_text(json.dumps(notebook))
