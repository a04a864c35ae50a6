"""nbgrader's whole configuration for a grading folder: everything plugged in, nothing patched."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import nbgrader
from nbgrader.exchange.default import ExchangeCollect

from autograder.catalog import Catalog
from autograder.errors import CourseError
from autograder.nb import elsewhere, lock
from autograder.nb.code import HIGHLIGHT_FILTER
from autograder.nb.downloads import collected_suffixes
from autograder.nb.engine import close_engine
from autograder.nb.folder import GradingFolder
from autograder.nb.inbox import refresh
from autograder.nb.roster import keep_spellings
from autograder.nb.transfer import to_submitted
from autograder.report.screen import escape_log_records

__all__ = ["DATABASE_VARIABLE", "configure"]

DATABASE_VARIABLE = "COURSE_DB_URL"
"""Names another gradebook than the folder's own, such as one on PostgreSQL."""

_WAIT_S = 60
_LOG = logging.getLogger("traitlets")

_RELEASE = [
    # Without ClearSolutions, ClearHiddenTests and their kin: what is released was authored as it is.
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# The exporter takes nothing over that ClearOutput or CheckCellMetadata could object to.
_SANITIZE = ["autograder.nb.restore.RestoreCells", "autograder.nb.restore.EscapeMarkdown"]
_AUTOGRADE = ["autograder.nb.judge.Judge", "autograder.nb.grades.RecordGrades"]
_FEEDBACK = ["autograder.nb.feedback.ShowStanding"]


def configure(c: Any, folder: Path) -> None:
    """Configure nbgrader, from its CLI or in the formgrader, and fill the inbox with what is new.

    Args:
        c: traitlets' configuration; what is set after this call wins.
        folder: the grading folder; its course is found from there.
    """
    if elsewhere.is_read():
        return  # a configuration outside the folder loads ours, and only its own values are wanted
    escape_log_records()
    place = GradingFolder(folder.resolve())
    # The formgrader loads its configuration before each request, so never while this process grades.
    close_engine(place)
    lock.release(place.lock)
    _reach_commands()
    _reach_modules(place.path)
    catalog = place.catalog()
    _course(c, place)
    _exchange(c, place)
    _downloads(c, place, catalog)
    _converters(c, catalog)
    _feedback(c)
    try:
        keep_spellings(place, c.CourseDirectory.db_url)
        refresh(place, catalog)
    except (CourseError, OSError) as error:
        c.GuardingExporter.trouble = str(error)
        _LOG.error("The hand-ins could not be collected: %s", error)


def _reach_commands() -> None:
    """Put this Python's commands on the path: nbgrader calls ``alembic`` by its bare name."""
    commands = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", os.defpath)
    if commands not in path.split(os.pathsep):
        os.environ["PATH"] = f"{path}{os.pathsep}{commands}"


def _reach_modules(folder: Path) -> None:
    """Let the configuration name modules beside it, such as a plugin, from any working directory.

    nbgrader itself adds only the working directory. A server reads its configuration before each
    request; modules of the folder are imported anew then, because they may have been edited.
    """
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__dict__", {}).get("__file__")
        if isinstance(file, str) and Path(file).parent == folder:
            del sys.modules[name]


def _course(c: Any, place: GradingFolder) -> None:
    c.CourseDirectory.root = str(place.path)
    c.CourseDirectory.db_url = os.environ.get(DATABASE_VARIABLE) or _sqlite(place)
    c.CourseDirectory.submitted_directory = place.inbox.name
    c.ExportApp.plugin_class = "autograder.nb.export.StatusExport"


def _exchange(c: Any, place: GradingFolder) -> None:
    """Name the course and its exchange, unless a hub's or the user's own configuration does."""
    theirs = elsewhere.elsewhere(place.path)
    if not theirs.CourseDirectory.get("course_id"):
        c.CourseDirectory.course_id = place.course_id
    if not theirs.Exchange.get("root"):
        c.Exchange.root = str(place.exchange)
    c.ExchangeFactory.collect = to_submitted(theirs.ExchangeFactory.get("collect", ExchangeCollect))


def _downloads(c: Any, place: GradingFolder, catalog: Catalog) -> None:
    """Let ``zip_collect`` take all that a learning platform's download holds."""
    c.ZipCollectApp.CourseDirectory.submitted_directory = place.submitted.name
    c.ZipCollectApp.extractor_plugin = "autograder.nb.downloads.ExtractDownloads"
    c.FileNameCollectorPlugin.valid_ext = collected_suffixes(catalog.ready)


def _sqlite(place: GradingFolder) -> str:
    path = place.path / "gradebook.db"
    if "?" in str(path):
        raise CourseError(
            "The path of the grading folder holds a question mark, which a database URL cannot.",
            where=str(place.path),
            remedy="Move or rename the folder.",
        )
    return f"sqlite:///{path}?timeout={_WAIT_S}"


def _converters(c: Any, catalog: Catalog) -> None:
    c.GenerateAssignment.preprocessors = list(_RELEASE)
    c.GenerateAssignment.exporter_class = "autograder.nb.releasing.ReleasingExporter"
    c.Autograde.exporter_class = "autograder.nb.exporter.GuardingExporter"
    c.Autograde.sanitize_preprocessors = list(_SANITIZE)
    c.Autograde.autograde_preprocessors = list(_AUTOGRADE)
    c.Autograde.post_convert_hook = "autograder.nb.exporter.finish"
    c.Autograde.exclude_overwriting = {
        topic.name: sorted({name for part in topic.part for name in part.files}) for topic in catalog.ready
    }


def _feedback(c: Any) -> None:
    """Templates are set for GenerateFeedback alone: the formgrader's own pages use another one."""
    c.HTMLExporter.filters = dict(HIGHLIGHT_FILTER)
    theirs = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"
    ours = resources.files("autograder.nb") / "templates"
    c.GenerateFeedback.exporter_class = "autograder.nb.feedback.FreshFeedback"
    c.GenerateFeedback.preprocessors = list(_FEEDBACK)
    c.GenerateFeedback.HTMLExporter.template_name = "course_feedback"
    c.GenerateFeedback.HTMLExporter.extra_template_basedirs = [str(ours), str(theirs)]
    # By this path our template can name the one that it extends.
    c.GenerateFeedback.HTMLExporter.extra_template_paths = [str(theirs)]
