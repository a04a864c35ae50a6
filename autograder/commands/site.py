"""`course site` and `course lab`: the site built and shown, the lessons as notebooks."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from autograder.catalog import load
from autograder.report.screen import Screen
from autograder.site.build import build_site
from autograder.site.lab import lab_command, lab_environment
from autograder.site.serve import open_page, serving_files

__all__ = ["run", "run_lab"]

_NAP_S = 0.5


def run(
    course: Path | None,
    *,
    open_browser: bool,
    serve: bool,
    fresh: bool = False,
    folder: Path | None = None,
    port: int = 0,
) -> int:
    """Build the site, open it, and serve it when asked to. Returns 0; raises CatalogError on a fault."""
    console = Screen()
    with console.status("Building the site …"):
        site = build_site(load(course), folder, fresh=fresh)
    ran = f"{len(site.executed)} executed" if site.executed else "none executed anew"
    console.print(f"{site.pages} pages in {site.seconds:.1f} s ({ran})", highlight=False)
    home = site.html / "index.html"
    if not serve:
        console.print(str(home), highlight=False, soft_wrap=True)
        if open_browser:
            open_page(home.as_uri())
        return 0
    with serving_files(site.html, port) as address:
        console.print(f"{address}  (Ctrl-C to stop)", highlight=False)
        if open_browser:
            open_page(address)
        while True:
            time.sleep(_NAP_S)  # an event would not let Ctrl-C through on Windows


def run_lab(course: Path | None, *, open_browser: bool, port: int | None = None) -> int:
    """Start JupyterLab on the course and wait for its end. Returns its exit code."""
    catalog = load(course)
    command = lab_command(catalog, open_browser=open_browser, port=port)
    return subprocess.call(command, cwd=catalog.root, env=lab_environment())  # noqa: S603 - our own command
