"""Which files each of the four trees may hold: what no pattern names is unclaimed, and never released."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from autograder.catalog import Catalog, Topic
from autograder.frameworks import FRAMEWORKS

__all__ = [
    "TREE_FILES",
    "authored_files",
    "claimed",
    "file_or_package",
    "is_tool_made",
    "matches",
    "place_patterns",
]

TREE_FILES: dict[str, tuple[str, ...]] = {
    "lessons": (
        "sidebyside/**",
        "claims/**",
        "_static/**",
        "_templates/**",
        "conf.py",
        "claims.toml",
        "*.md",
    ),
    "exercises": ("README.md",),
    "solutions": ("README.md",),
    "autograder/hidden": (),
}
"""By tree: what belongs to no topic."""

_SUFFIXES = frozenset(
    [
        *(".py", ".md", ".toml", ".txt", ".ipynb", ".html", ".jinja", ".css", ".js"),
        *(".json", ".yaml", ".sql", ".csv", ".svg", ".png", ".typed"),
    ]
)
_TOOL_FOLDERS = frozenset(
    [
        *("__pycache__", ".ipynb_checkpoints", ".pytest_cache", ".mypy_cache", ".ruff_cache"),
        *(".hypothesis", "_build", ".jupyter_cache"),
    ]
)
_TOOL_FILES = (".DS_Store", "*.pyc", "*.pyo")


def authored_files(folder: Path) -> Iterator[Path]:
    """Every file and link below a folder, sorted, without what tools leave behind; links are not followed."""
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir()):
        if is_tool_made(entry):
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from authored_files(entry)
        else:
            yield entry


def is_tool_made(entry: Path) -> bool:
    """Whether a tool left the file or folder behind, so that it is nobody's content."""
    return entry.name in _TOOL_FOLDERS or any(fnmatchcase(entry.name, each) for each in _TOOL_FILES)


def place_patterns(catalog: Catalog, tree: str, topic: Topic) -> tuple[str, ...]:
    """What a topic's place in a tree may hold, as patterns for ``matches``."""
    frameworks = catalog.course.frameworks
    handed_in = [each for part in topic.part for each in file_or_package(part.files)]
    if tree == "lessons":
        pair = file_or_package(tuple(f"{FRAMEWORKS[each].module}.py" for each in frameworks))
        return ("lesson.md", "test_claims.py", "figures/**", "data/**", *pair)
    if tree == "exercises":
        own = ("README.md", "test_examples.py", "hints.toml", f"{topic.name}.ipynb", "data/**")
        return (*own, *handed_in)
    if tree == "solutions":
        return ("NOTES.md", *handed_in)
    checks = ("test_contract.py", *(f"test_{each}.py" for each in frameworks))
    named = [
        f"{role}/*.{each}{end}"
        for role in ("wrong", "right")
        for each in frameworks
        for end in (".py", "/**")
    ]
    return (*checks, "exempt.toml", "shared.txt", "survivors.toml", *named)


def claimed(catalog: Catalog, tree: str, path: PurePosixPath) -> bool:
    """Whether a file, by its path below the tree, is one that the course knows what to do with."""
    if path.suffix not in _SUFFIXES:
        return False
    if any(matches(path, each) for each in TREE_FILES[tree]):
        return True
    topic = next((each for each in catalog.course.topic if each.name == path.parts[0]), None)
    if topic is None or len(path.parts) == 1:
        return False
    inside = PurePosixPath(*path.parts[1:])
    return any(matches(inside, each) for each in place_patterns(catalog, tree, topic))


def matches(path: PurePosixPath, pattern: str) -> bool:
    """Whether the path fits: ``*`` stands within one component, a last ``**`` for everything below."""
    wanted = PurePosixPath(pattern).parts
    if wanted[-1] == "**":
        wanted = wanted[:-1]
        if len(path.parts) <= len(wanted):
            return False
    elif len(path.parts) != len(wanted):
        return False
    return all(fnmatchcase(part, each) for part, each in zip(path.parts, wanted, strict=False))


def file_or_package(files: tuple[str, ...]) -> list[str]:
    """Patterns for these files, and for the package that may stand for a module."""
    packages = [f"{name.removesuffix('.py')}/**" for name in files if name.endswith(".py")]
    return [*files, *packages]
