"""The graded cells are gone; a cell without output scores full marks in stock nbgrader."""

import json


def build(folder, facts):
    path = folder / "cloakroom.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"] = [{"cell_type": "markdown", "metadata": {}, "source": "Nothing to see.", "id": "a"}]
    path.write_text(json.dumps(notebook))
