"""The place where attacks are tried: a course, a desk with secrets on it, and tripwires."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.attackrun.attack import attacks_folder
from autograder.catalog import Catalog, Topic, load

__all__ = ["CANARY", "Ground", "open_ground"]

CANARY = r"canary-[0-9a-f]{32}"
"""What every planted secret looks like, as a regular expression; hand-ins look for just that."""

_TOPIC = "cloakroom"
_MOST_NAME = 40
_LEFT = shutil.ignore_patterns("__pycache__", ".*", "conftest.py")


@dataclass(frozen=True, slots=True)
class Ground:
    """A prepared place; all of it lies in one folder that goes in the end.

    Attributes:
        home: the folder.
        canary: the secret of this place, planted wherever a hand-in could look.
        token: in names of what hand-ins make, so that it is found wherever it is left.
        port: on which somebody listens on the machine's loopback; and on an abstract socket of the token.
    """

    home: Path
    canary: str
    token: str
    port: int

    @property
    def course(self) -> Path:
        """The attacked course."""
        return self.home / "course"

    @property
    def desk(self) -> Path:
        """What lies on an instructor's desk: a gradebook, other students' work."""
        return self.home / "desk"

    @property
    def hand_ins(self) -> Path:
        """What is handed in, a folder an attack."""
        return self.home / "hand-ins"

    @property
    def tripwires(self) -> Path:
        """Empty; a file in here was made by code of a hand-in that ran on the trusted side."""
        return self.home / "tripwires"

    @property
    def tmp(self) -> Path:
        """The attacked grader's folder for temporary files."""
        return self.home / "tmp"

    @property
    def cwd(self) -> Path:
        """The attacked grader's working directory, whose name is a secret."""
        return self.home / self.canary

    @property
    def catalog(self) -> Catalog:
        """The attacked course, read."""
        return load(self.course)

    @property
    def topic(self) -> Topic:
        """The attacked topic."""
        return self.catalog.ready_topic(_TOPIC)

    def base(self, name: str, module: str) -> str:
        """The source of an app without hostility: the solution, or the one that knows the examples."""
        if name == "solution":
            return (self.course / "solutions" / _TOPIC / f"{module}.py").read_text("utf-8")
        return (attacks_folder() / "submissions" / "_bases" / name / f"{module}.py").read_text("utf-8")


@contextlib.contextmanager
def open_ground() -> Iterator[Ground]:
    """A ground for the time of a ``with`` block. Raises UsageError where the attacks are not."""
    source = attacks_folder()
    token = f"tok{secrets.token_hex(6)}"
    with _open_folder() as home, _open_doors(token) as port:
        ground = Ground(home, canary=f"canary-{secrets.token_hex(16)}", token=token, port=port)
        shutil.copytree(source / "course", ground.course, ignore=_LEFT)
        # Kept apart, so that nobody takes the attacked course's checks for those of the real one.
        hidden = ground.catalog.places(_TOPIC).hidden
        hidden.parent.mkdir(parents=True)
        (ground.course / "checks").rename(hidden)
        for folder in (ground.desk, ground.hand_ins, ground.tripwires, ground.tmp, ground.cwd):
            folder.mkdir()
        _plant(ground)
        yield ground


@contextlib.contextmanager
def _open_folder() -> Iterator[Path]:
    """A folder that everybody may enter: what keeps a hand-in out must be the wall, not a mode."""
    usual = tempfile.gettempdir()
    short = usual if len(usual) < _MOST_NAME else "/tmp"  # noqa: S108 - made by mkdtemp
    folder = Path(tempfile.mkdtemp(prefix="attacked-", dir=short))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _open_doors(token: str) -> Iterator[int]:
    """Listeners of the machine that no hand-in may reach; gives the port of the first."""
    with socket.create_server(("127.0.0.1", 0)) as door, contextlib.ExitStack() as stack:
        if sys.platform == "linux":
            other = stack.enter_context(socket.socket(socket.AF_UNIX))
            other.bind(f"\0door-{token}")
            other.listen()
        yield door.getsockname()[1]


def _plant(ground: Ground) -> None:
    """Write the secret into everything that is none of a hand-in's business."""
    contract = ground.catalog.places(_TOPIC).contract
    with contract.open("a", encoding="utf-8") as file:
        file.write(f"\n# {ground.canary}\n")
    state = ground.course / ".course"
    state.mkdir(mode=0o700)
    # Long enough to be taken for the course's own secret, from which the hidden inputs are drawn.
    (state / "secret").write_text(ground.canary)
    others = {
        "gradebook.db": "SQLite format 3",
        "submitted/ann/cloakroom/flask_app.py": "# my own work",
        ".ssh/id_ed25519": "a key",
    }
    for name, text in others.items():
        path = ground.desk / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text} {ground.canary}\n")
    for path in (state, *state.iterdir(), *ground.desk.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
