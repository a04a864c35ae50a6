"""A notebook with 200 MB of outputs."""

import json


def build(folder, facts):
    path = folder / "cloakroom.ipynb"
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "ha" * 50_000_000}]
    path.write_text(json.dumps(notebook))
