"""Starts JupyterLab so that lessons open as notebooks; the reader's own settings are left alone."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path

from autograder.catalog import Catalog
from autograder.errors import UsageError

__all__ = ["lab_command", "lab_environment"]

_DOCUMENTS = {"defaultViewers": {"markdown": "Jupytext Notebook"}}


def lab_command(catalog: Catalog, *, open_browser: bool, port: int | None = None) -> list[str]:
    """The command that starts JupyterLab on the course; writes its settings below ``build/lab``.

    Raises:
        UsageError: JupyterLab or jupytext is not installed.
    """
    for module in ("jupyterlab", "jupytext"):
        if importlib.util.find_spec(module) is None:
            raise UsageError(
                f"{module} is not installed.",
                where="course lab",
                remedy="Install it: pip install 'fastapi-vs-flask[site]'.",
            )
    settings = catalog.root / "build" / "lab" / "settings"
    manager = settings / "@jupyterlab" / "docmanager-extension" / "plugin.jupyterlab-settings"
    manager.parent.mkdir(parents=True, exist_ok=True)
    if not manager.is_file():
        manager.write_text(json.dumps(_DOCUMENTS, indent=2) + "\n", encoding="utf-8")
    start = _first_lesson(catalog)
    return [
        sys.executable,
        "-m",
        "jupyter",
        "lab",
        f"--ServerApp.root_dir={catalog.root}",
        f"--LabApp.user_settings_dir={settings}",
        f"--LabApp.workspaces_dir={catalog.root / 'build' / 'lab' / 'workspaces'}",
        f"--LabApp.default_url=/lab/tree/{start}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        *([] if open_browser else ["--no-browser"]),
        *([f"--ServerApp.port={port}"] if port else []),
    ]


def lab_environment() -> dict[str, str]:
    """The environment that JupyterLab and its kernels run in."""
    # The site's style comes with the page; a notebook has to bring its own.
    return {name: value for name, value in os.environ.items() if name != "SIDEBYSIDE_STYLE"}


def _first_lesson(catalog: Catalog) -> str:
    for topic in catalog.course.topic:
        path: Path = catalog.places(topic.name).lesson / "lesson.md"
        if path.is_file():
            return path.relative_to(catalog.root).as_posix()
    return "lessons"
