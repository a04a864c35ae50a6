"""Classes of mixed layouts, and in which way each of their entries must come out."""

from __future__ import annotations

import io
import os
import unicodedata
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

__all__ = ["Made", "classes", "write"]

SOURCE, ASIDE, MISSING, IGNORED = "collected", "not_understood", "missing", "ignored"
TOPICS = ("routing", "validation", "responses")
FLASK, FASTAPI = b"x = 'flask'\n", b"x = 'fastapi'\n"
BOTH = {"flask_app.py": FLASK, "fastapi_app.py": FASTAPI}
OLD, NEW = 1_000_000_000, 1_000_000_060


@dataclass(frozen=True)
class Made:
    """One or more entries of a class folder that are reported in one line.

    Attributes:
        files: contents by path below the class folder; a path that ends with a slash is an empty folder.
        told: the name under which it must be reported.
        in_class: what must become of it in a class folder.
        submitted: what must become of it in nbgrader's folder.
        links: targets of links by path.
        newer: paths that are a minute newer than the others.
    """

    files: Mapping[str, bytes]
    told: str
    in_class: str = SOURCE
    submitted: str = SOURCE
    links: tuple[tuple[str, str], ...] = ()
    newer: tuple[str, ...] = ()

    @property
    def entries(self) -> set[str]:
        """The names in the class folder."""
        return {path.split("/")[0] for path in (*self.files, *dict(self.links))}


def zipped(files: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def below(*folders: str, files: Mapping[str, bytes] = BOTH) -> dict[str, bytes]:
    return {"/".join((*folders, name)): data for name, data in files.items()}


EDITION = {
    "course.toml": b"",
    **below("exercises", "routing"),
    **below("exercises", "validation"),
    **below("lessons", "routing"),
}
APPS = st.sampled_from(
    [BOTH, {"flask_app.py": FLASK}, {"Flask_App (1).py": FLASK}, {"flask_app/__init__.py": FLASK}]
)


def _students_folder(who: str, apps: Mapping[str, bytes]) -> list[Made]:
    """A student's folder, laid out in one of many ways."""
    archive = zipped(apps)
    other = below(who, "validation")
    return [
        Made(below(who, files=apps), who, submitted=ASIDE),
        Made(below(who, "routing", files=apps), who),
        Made(below(who, "Routing", files=apps), who),
        Made(below(who, "routing (1)", files=apps), who),
        Made(below(who, "routing", "my work", "v1", files=apps), who),
        Made(below(who, "my work", files=apps), who, submitted=ASIDE),
        Made(below(who, "a", "b", files=apps), who, submitted=ASIDE),
        Made(below(who, "routng", files=apps), who, submitted=ASIDE),
        Made({f"{who}/routing.zip": archive}, who),
        Made({f"{who}/routing (1).zip": archive}, who),
        Made({f"{who}/routing.rar": b"Rar!"}, who),
        Made({f"{who}/hw1.zip": archive}, who, submitted=ASIDE),
        Made({f"{who}/routing/hw1.zip": archive}, who),
        Made({**other, **below(who, "routing", files=apps)}, who),
        Made({**other, f"{who}/routing.zip": archive}, who),
        Made(other, who, in_class=MISSING, submitted=MISSING),
        Made({**other, **below(who, "routng", files=apps)}, who, submitted=ASIDE),
        Made({f"{who}/": b""}, who, submitted=MISSING),
        Made({f"{who}/essay.docx": b"x"}, who, submitted=MISSING),
        Made({f"{who}/routing/essay.docx": b"x"}, who),
        Made({f"{who}/routing/": b""}, who),
        Made(below(who, files=EDITION), who),
        Made(below(who, "edition-main", files=EDITION), who),
        Made({}, who, links=((who, "/nowhere"),), submitted=ASIDE),
        Made({f"{who}/notes.txt": b"x"}, who, links=((f"{who}/routing", "/nowhere"),)),
    ]


def _rivals(who: str, apps: Mapping[str, bytes]) -> list[Made]:
    """More than one hand-in of one student."""
    older = {f"{who}/routing/{name}": b"x = 'old'" for name in apps}
    archive = {f"{who}.zip": zipped(apps)}
    nfd = unicodedata.normalize("NFD", f"Zoë {who}")
    nfc = unicodedata.normalize("NFC", nfd)
    twins = {**below(nfc, "routing", files=apps), **below(nfd, "routing", files=apps)}
    unlike = {**twins, **{f"{nfd}/routing/{name}": b"x = 'unlike'" for name in apps}}
    return [
        Made({**older, f"{who}/routing.zip": zipped(apps)}, who, newer=(f"{who}/routing.zip",)),
        Made({**older, f"{who}/routing.zip": zipped(apps)}, who, in_class=ASIDE, submitted=ASIDE),
        Made({f"{who}/routing.zip": zipped(apps), **below(who, "routing", files=apps)}, who),
        Made(twins, nfc),
        Made(unlike, nfc, newer=(nfd,)),
        Made(unlike, nfc, in_class=ASIDE, submitted=ASIDE),
        Made(archive, who, submitted=ASIDE),
        Made({f"{who}.7z": b"7z"}, who, submitted=ASIDE),
    ]


def _nobodys(number: int) -> list[Made]:
    """Entries of which nobody can say whose they are, and those that no person made."""
    odd = [f" {number}", f"{number} ", f"a:{number}", f"-{number}", f"[{number}]", f"a\n{number}"]
    told = [*odd[:5], f"a\\n{number}"]
    aside = [Made(below(name, "routing"), shown, ASIDE, ASIDE) for name, shown in zip(odd, told, strict=True)]
    long = f"{number}" * 201
    return [
        *aside,
        Made(below(f"Jos\udce9{number}", "routing"), f"Jos\\xe9{number}", ASIDE, ASIDE),
        Made(below(long[:201], "routing"), long[:201], ASIDE, ASIDE),
        Made({f"{number}.csv": b"x"}, f"{number}.csv", ASIDE, ASIDE),
        Made({f"{number}": b"x"}, f"{number}", ASIDE, ASIDE),
        Made({f"flask_app ({number}).py": FLASK}, f"flask_app ({number}).py", ASIDE, ASIDE),
        Made({f"routing ({number}).zip": zipped(BOTH)}, f"routing ({number}).zip", ASIDE, ASIDE),
        Made(below(f"routing ({number})"), f"routing ({number})", ASIDE, ASIDE),
        Made({f".{number}": b"x"}, f".{number}", IGNORED, IGNORED),
        Made({f"._{number}/x": b"x"}, f"._{number}", IGNORED, IGNORED),
    ]


@st.composite
def classes(draw: st.DrawFn) -> list[Made]:
    """A class of up to eight entries, one of which is a tidy hand-in: alone, others may be one hand-in."""
    made = [Made(below("anchor", "routing"), "anchor")]
    for number in range(1, draw(st.integers(2, 8))):
        who = draw(
            st.sampled_from(["s{}", "'t {}", "{} Jr.", "={}", "Łukasz {}", "{}_assignsubmission_file_"])
        )
        name, apps = who.format(number), draw(APPS)
        kind = draw(st.sampled_from([_students_folder, _students_folder, _rivals]))
        choices = _nobodys(number) if draw(st.integers(0, 3)) == 0 else kind(name, apps)
        made.append(draw(st.sampled_from(choices)))
    return made


def write(folder: Path, made: list[Made]) -> None:
    """Lay the class out."""
    for each in made:
        for path, data in each.files.items():
            target = folder / path
            if path.endswith("/"):
                target.mkdir(parents=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            newer = any(path == name or path.startswith(f"{name}/") for name in each.newer)
            os.utime(target, (NEW if newer else OLD,) * 2)
        for path, to in each.links:
            (folder / path).symlink_to(to)
