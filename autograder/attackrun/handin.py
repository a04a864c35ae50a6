"""Makes what an attack hands in: its base, its hostility, and what no file in a repository can be."""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from autograder.attackrun.attack import Attack, attacks_folder
from autograder.attackrun.ground import Ground
from autograder.frameworks import FRAMEWORKS

__all__ = ["Facts", "builder", "hand_in"]

_TAIL = ".tail.py"
_OURS = frozenset({"build.py", "play.py", "__pycache__"})
_MARKS = {"@TOKEN@": "token", "@TRIPWIRES@": "tripwires", "@HOME@": "home", "@TMP@": "tmp", "@PORT@": "port"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a builder is told.

    Attributes:
        ground: where the attack is tried.
        module: the attacked app's module.
        solution: source that earns all points.
        base: source of what the attack is without its hostility.
    """

    ground: Ground
    module: str
    solution: str
    base: str


def hand_in(attack: Attack, ground: Ground, folder: Path | None = None, *, whole: bool = False) -> Path:
    """Lay the attack's hand-in out and return where it is: a folder or an archive.

    Args:
        attack: the attack.
        ground: where it is tried.
        folder: where it is laid; a folder of its own when not given.
        whole: also hand in a flawless app for every other part.
    """
    folder = folder or ground.hand_ins / attack.name
    folder.mkdir(parents=True, exist_ok=True)
    framework = FRAMEWORKS[attack.part]
    base = ground.base(attack.base, framework.module)
    facts = Facts(ground, framework.module, ground.base("solution", framework.module), base)
    (folder / f"{framework.module}.py").write_text(base, "utf-8")
    if whole:
        for other in FRAMEWORKS.values():
            if other is not framework:
                (folder / f"{other.module}.py").write_text(ground.base("solution", other.module), "utf-8")
    for name in attack.shared:
        _copy(attacks_folder() / "submissions" / "_shared" / name, folder / name, ground)
    for path in sorted(attack.folder.rglob("*")):
        inside = path.relative_to(attack.folder)
        if path.is_file() and _OURS.isdisjoint(inside.parts):
            _lay(path, folder / inside, ground)
    module = builder(attack)
    made = module.build(folder, facts) if module is not None and hasattr(module, "build") else None
    return folder if made is None else Path(made)


def builder(attack: Attack, name: str = "build.py") -> ModuleType | None:
    """The attack's own program for the runner's side, imported; None when it has none."""
    file = attack.folder / name
    if not file.is_file():
        return None
    spec = importlib.util.spec_from_file_location(f"attack_{attack.name}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _lay(source: Path, target: Path, ground: Ground) -> None:
    """Copy a file; a tail goes to the end of the app that it is named after."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if not source.name.endswith(_TAIL):
        _copy(source, target, ground)
        return
    app = target.with_name(source.name.removesuffix(_TAIL) + ".py")
    with app.open("a", encoding="utf-8") as file:
        file.write(f"\n\n# What follows is the attack.\n{_marked(source, ground)}")


def _copy(source: Path, target: Path, ground: Ground) -> None:
    if source.suffix == ".py":
        target.write_text(_marked(source, ground), "utf-8")
    else:
        shutil.copyfile(source, target)


def _marked(source: Path, ground: Ground) -> str:
    text = source.read_text("utf-8")
    for mark, name in _MARKS.items():
        text = text.replace(mark, str(getattr(ground, name)))
    return text
