"""Cells and files on which a lexer or a Markdown parser is busy for minutes each."""

import json

CODE = (" " * 30_000, "\n " * 15_000, "a." * 15_000, (" " * 100 + "\n") * 300)
MARKDOWN = ("\\\\(" * 6000, "\\begin{a}" * 2000, "[" * 19_000)


def build(folder, facts):
    path = folder / "cloakroom.ipynb"
    notebook = json.loads(path.read_text())
    for number, source in enumerate(CODE * 5):
        cell = {"cell_type": "code", "id": f"slow{number}", "metadata": {}, "outputs": [], "execution_count": None}
        notebook["cells"].append(cell | {"source": source})
    for number, source in enumerate(MARKDOWN):
        notebook["cells"].append({"cell_type": "markdown", "id": f"text{number}", "metadata": {}, "source": source})
    path.write_text(json.dumps(notebook))
    (folder / "brackets.sql").write_text(("[" * 299 + "\n") * 200)
    (folder / "comments.html").write_text(("<!--" * 70 + "\n") * 200)
