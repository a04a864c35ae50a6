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

_SETTINGS = {
    "docmanager-extension/plugin": {"defaultViewers": {"markdown": "Jupytext Notebook"}},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
"""By plugin of JupyterLab: lessons open as notebooks, and nothing is asked of the network."""


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
    for plugin, values in _SETTINGS.items():
        path = settings / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file():  # the reader may have changed it since
            path.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
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
