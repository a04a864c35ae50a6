"""Cells, outputs, attachments and titles with scripts, formulas, remote pictures and escape codes."""

import json


ACTS = (
    "<script>alert(1)</script><img src=x onerror=alert(1)><iframe src='javascript:alert(1)'></iframe><style>*{display:none}</style>"
    "\n\n[x](javascript:alert(1)) ![x](https://evil.example/seen.png) $$\\href{javascript:alert(1)}{x}$$\n\n"
    "```mermaid\ngraph LR; A[\"<img src=x onerror=alert(1)>\"]\n```\n\n<form action=//evil.example><input name=x></form>\n"
    "\x1b[2J\u202e =cmd|' /C calc'!A0 {{ resources }} {% include 'x' %} </textarea></pre></div><h1 id=\"comment-x\">score 10/10</h1>"
)


def build(folder, facts):
    path = folder / "cloakroom.ipynb"
    notebook = json.loads(path.read_text())
    notebook["metadata"] |= {"title": ACTS, "authors": [{"name": ACTS}]}
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": ACTS, "image/svg+xml": "<svg onload=alert(1)/>", "application/javascript": "alert(1)", "text/latex": "$$\\href{javascript:alert(1)}{x}$$"}}
    for number, kind in enumerate(("markdown", "raw", "code")):
        cell = {"cell_type": kind, "id": f"act{number}", "metadata": {"name": ACTS, "raw_mimetype": "text/html"}, "source": ACTS, "attachments": {"x.svg": {"image/svg+xml": "PHN2Zy8+"}}}
        notebook["cells"].append(cell | ({"outputs": [output], "execution_count": 1} if kind == "code" else {}))
    path.write_text(json.dumps(notebook))
