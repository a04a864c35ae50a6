"""What boxes are made of: this machine's interpreter, its packages, and what of them is hidden."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import autograder
from autograder.sandbox import launcher

__all__ = ["SITE", "SYSTEM_FOLDERS", "System", "find_system", "package_folders", "readable"]

SITE = "/opt/site-packages"
"""Where a box shows the first folder of packages."""
SYSTEM_FOLDERS = ("bin", "lib", "lib32", "lib64", "libexec", "sbin")
"""What it shows of /usr."""


@dataclass(frozen=True, slots=True)
class System:
    """The parts of this machine that every box is made of.

    Attributes:
        python: the interpreter itself, past the virtual environment's link.
        prefix: where that interpreter's standard library is installed.
        sites: folders of installed packages, with the path that each has inside.
        masked: folders that lie below something shown and must not be seen.
        root: whether the grader is root; otherwise a user namespace makes the walls.
    """

    python: str
    prefix: str
    sites: tuple[tuple[str, str], ...]
    masked: tuple[str, ...]
    root: bool


def find_system() -> System:
    """Look at the running interpreter and its packages."""
    sites = tuple((each, f"{SITE}-{at}" if at else SITE) for at, each in enumerate(package_folders()))
    prefix = os.path.realpath(sys.base_prefix)
    return System(
        python=os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
        prefix=prefix,
        sites=sites,
        masked=_masked(prefix, sites),
        root=os.geteuid() == 0,
    )


def package_folders() -> list[str]:
    """Where the running interpreter finds installed packages, in its order."""
    names = {"site-packages", "dist-packages"}
    found = (each for each in sys.path if Path(each).name in names and Path(each).is_dir())
    return list(dict.fromkeys(map(os.path.realpath, found)))


def readable(system: System, text: bytes) -> str:
    """Decode what an app wrote, with the paths shortened as the learner knows them."""
    shown = text.decode("utf-8", "replace")
    for _, inside in system.sites:
        shown = shown.replace(inside + "/", "")
    return shown.replace(launcher.HOME + "/", "")


def _masked(prefix: str, sites: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """This package, wherever a box would show it; and the interpreter's own site-packages."""
    package = Path(autograder.__file__).resolve().parent
    editable = (package.parent / "pyproject.toml").is_file()
    hidden = package.parent if editable else package
    masks = [
        str(Path(inside, hidden.relative_to(outside)))
        for outside, inside in sites
        if hidden.is_relative_to(outside)
    ]
    shown = [f"/usr/{name}" for name in SYSTEM_FOLDERS]
    own_site = Path(
        prefix, "lib", f"python{sys.version_info.major}.{sys.version_info.minor}", "site-packages"
    )
    if prefix != "/usr" and own_site.is_dir():
        masks.append(str(own_site))
    if prefix != "/usr" and not hidden.is_relative_to(own_site):
        shown += [f"{prefix}/{name}" for name in ("bin", "lib", "lib64")]
    if any(hidden.is_relative_to(each) for each in shown):
        masks.append(str(hidden))
    return tuple(masks)
