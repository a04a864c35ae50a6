"""Kernels, magics and cell types that run something else."""

import json


def build(folder, facts):
    wire = facts.ground.tripwires
    path = folder / "cloakroom.ipynb"
    notebook = json.loads(path.read_text())
    notebook["metadata"]["kernelspec"] = {"name": "../../bash", "display_name": "<script>", "language": "bash", "argv": ["touch", f"{wire}/kernel"], "env": {"X": "1"}}
    notebook["metadata"]["language_info"] = {"name": "bash", "file_extension": ".sh", "pygments_lexer": "../../x"}
    sources = ["%%script false", f"!touch {wire}/shell", f"%%bash\ntouch {wire}/bash", f"%run {folder}/flask_app.py", f"import os; os.system('touch {wire}/cell')", "%autoreload 2", "get_ipython().ask_exit()", "raise SystemExit", "while True: pass"]
    for number, source in enumerate(sources):
        notebook["cells"].insert(0, {"cell_type": "code", "id": f"k{number}", "metadata": {}, "source": source, "outputs": [], "execution_count": None})
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            cell["source"] = "%%script false\n" + f"import os; os.system('touch {wire}/graded')"
    path.write_text(json.dumps(notebook))
