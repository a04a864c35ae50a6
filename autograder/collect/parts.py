"""Decides for each part of a topic which files it has, or why it cannot be judged; and the digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import PurePosixPath

from autograder.catalog.model import Part, Topic
from autograder.collect.arrange import Arranged
from autograder.collect.encoding import text_problem
from autograder.submission import PartFiles

__all__ = ["digest", "part_files"]


def part_files(topic: Topic, arranged: Arranged, notebook_problem: str | None) -> dict[str, PartFiles]:
    """By part name, its files or the refusal.

    Args:
        topic: whose parts.
        arranged: the files, laid out.
        notebook_problem: why the notebook is a stub, for a part that is written in it.
    """
    notebook = f"{topic.name}.ipynb"
    problems = arranged.problems | ({notebook: notebook_problem} if notebook_problem else {})
    return {part.name: _part(part, arranged, notebook, problems) for part in topic.part}


def _part(part: Part, arranged: Arranged, notebook: str, problems: Mapping[str, str]) -> PartFiles:
    files: list[PurePosixPath] = []
    refusals: list[str] = []
    for name in part.files:
        if name in problems:
            refusals.append(problems[name])
        elif name == notebook:
            files.append(PurePosixPath(notebook))
        else:
            files += arranged.parts[name]
            refusals += _text_problems(arranged.parts[name], arranged.files)
    return PartFiles(refusal=" ".join(refusals)) if refusals else PartFiles(tuple(files))


def _text_problems(paths: tuple[PurePosixPath, ...], files: Mapping[PurePosixPath, bytes]) -> list[str]:
    """What is wrong with the text of a file, or of a package's modules, of which some may be empty."""
    source = [path for path in paths if path.suffix == ".py"] or list(paths)
    judged = [path for path in source if files[path].strip()] or source[:1]
    return [f"Your {path} {problem}." for path in judged if (problem := text_problem(path, files[path]))]


def digest(files: Mapping[PurePosixPath, bytes], refusals: Mapping[str, str]) -> str:
    """Hex SHA-256 over names, contents and refusals.

    Args:
        files: all that can sway a verdict; so neither the notebook nor the time of the hand-in.
        refusals: by part name; under an empty name that of the whole hand-in.
    """
    contents = {str(path): hashlib.sha256(data).hexdigest() for path, data in files.items()}
    whole = json.dumps([contents, dict(refusals)], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()
