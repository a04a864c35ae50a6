"""A course of one small topic that keeps every rule, to be broken by tests."""

from __future__ import annotations

from pathlib import Path

from autograder.catalog import Catalog, load

__all__ = ["FRAMEWORKS", "TOPIC", "app", "hidden", "load_toy", "replace", "write_toy", "wrong"]

TOPIC = "greeting"
FRAMEWORKS = {"flask": "<name>", "fastapi": "{name}"}

_COURSE = """\
format_version = 1
title = "A toy course"
edition = "author"
frameworks = ["flask", "fastapi"]
minutes = 10
points = 6

[[course_part]]
name = "core"
title = "Core"

[[topic]]
name = "greeting"
title = "Greeting people"
course_part = "core"
status = "ready"
difficulty = "easy"
minutes = 10
points = 6

[[topic.objective]]
id = "greet"
text = "Greet a person by name."
section = "saying-hello"

[[topic.objective]]
id = "refuse"
text = "Refuse what nobody offers."
section = "saying-no"
"""

_PART = """
[[topic.part]]
name = "{name}"
kind = "contract"
points = 3
files = ["{name}_app.py"]
framework = "{name}"
"""

_APP = '''\
"""{doc}"""

from __future__ import annotations

from {name} import {title}

__all__ = ["create_app"]


def create_app() -> {title}:
    """Build it."""
    app = {title}({own})

    # region greet
    @app.get("/hello/{variable}")
    def greet(name: str) -> dict[str, str]:
        """Greet one person, whoever it may be."""
        return {{"hello": {hello}}}  # {remark}

    # endregion greet

    @app.get("/bye")
    def leave() -> dict[str, bool]:
        """Say goodbye to everybody who asks."""
        return {{"bye": {bye}}}
{more}
    return app
'''

_MORE = {
    "flask": '\n    app.add_url_rule("/<path:rest>", "rest", lambda rest: {"found": rest})\n',
    "fastapi": '\n    app.add_api_route("/{rest:path}", lambda rest: {"found": rest})\n',
}

_CONTRACT = '''\
"""What the greeter's brief states."""

from __future__ import annotations

from autograder.checks import Api, Draw, assesses, hint, points


@points(1)
@assesses("greet")
@hint("name")
def test_greets(api: Api, draw: Draw) -> None:
    """Everybody is greeted by their own name."""
    name = f"guest{draw.randint(1, 10**9)}"
    api.get(f"/hello/{name}").expect(200, json={"hello": name})


@points(1)
@assesses("greet")
@hint("name")
def test_leaves(api: Api) -> None:
    """Who leaves is told goodbye."""
    api.get("/bye").expect(200, json={"bye": True})


@points(1)
@assesses("refuse")
@hint("none")
def test_refuses(api: Api) -> None:
    """What nobody offers is not found."""
    api.get("/nobody-offers-this").expect(404)
'''

_EXAMPLES = '''\
"""The brief's example."""

from __future__ import annotations

from autograder.checks import Api, hint


@hint("name")
def test_example(api: Api) -> None:
    """Ada is greeted."""
    api.get("/hello/Ada").expect(200, json={"hello": "Ada"})
'''

_HINTS = """\
[[hint]]
id = "name"
stages = ["Look at the name.", "It is in the path.", "Answer with that name."]

[[hint]]
id = "none"
stages = ["Which addresses are there?", "Yours alone should answer.", "Leave the rest to the framework."]
"""

_LESSON = """\
---
# of the notebook: no heading
title: Greeting
---
# Greeting people

## Saying hello

```python
## saying nothing
```

(saying-no)=
## How to refuse
"""

_SHARED = """\
@app.get("/hello/<name>")
@app.get("/hello/{name}")
def greet(name: str) -> dict[str, str]:
def leave() -> dict[str, bool]:
"""


def app(
    name: str,
    doc: str,
    *,
    hello: str = "name",
    bye: str = "True",
    more: bool = False,
    remark: str = "as asked",
) -> str:
    """An app of the toy topic; right, unless told otherwise."""
    title = {"flask": "Flask", "fastapi": "FastAPI"}[name]
    return _APP.format(
        doc=doc,
        name=name,
        title=title,
        own="__name__" if name == "flask" else "",
        variable=FRAMEWORKS[name],
        hello=hello,
        bye=bye,
        more=_MORE[name] if more else "",
        remark=remark,
    )


def public_app(name: str, doc: str, remark: str) -> str:
    """An app that learners see: it shares few lines with the secret ones."""
    text = app(name, doc, hello='"you"', bye="False", remark=remark)
    text = text.replace("Greet one person, whoever it may be.", "Greet.")
    return text.replace("Say goodbye to everybody who asks.", "Leave.")


def write_toy(root: Path) -> Path:
    """Write the course below ``root``; returns ``root``."""
    files = {
        "course.toml": _COURSE + "".join(_PART.format(name=name) for name in FRAMEWORKS),
        "lessons/greeting/lesson.md": _LESSON,
        "lessons/sidebyside/__init__.py": '"""The reader\'s library."""\n',
        "exercises/greeting/README.md": "# Greeting\n\nGreet people.\n",
        "exercises/greeting/test_examples.py": _EXAMPLES,
        "exercises/greeting/hints.toml": _HINTS,
        "solutions/greeting/NOTES.md": "# Notes\n\nThe two are the same but for how a path is written.\n",
        "autograder/hidden/greeting/test_contract.py": _CONTRACT,
        "autograder/hidden/greeting/shared.txt": _SHARED,
    }
    for name in FRAMEWORKS:
        files[f"lessons/greeting/{name}_app.py"] = public_app(name, "A first greeter.", "always")
        files[f"exercises/greeting/{name}_app.py"] = public_app(name, "A greeter.", "TODO: the name")
        files[f"solutions/greeting/{name}_app.py"] = app(name, "The greeter.")
        files[f"autograder/hidden/greeting/right/other.{name}.py"] = app(name, "R.", hello="str(name)")
        for slug, text in _wrong_ones(name).items():
            files[f"autograder/hidden/greeting/wrong/{slug}.{name}.py"] = text
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def _wrong_ones(name: str) -> dict[str, str]:
    return {
        "shouts": app(name, "Shouts.\n\nFails: test_greets\n", hello="name.upper()"),
        "stays": app(name, "Stays.\n\nFails: test_leaves\n", bye="False"),
        "offers_all": app(name, "Offers all.\n\nFails: test_refuses\n", more=True),
    }


def load_toy(root: Path) -> Catalog:
    """The toy course, read anew."""
    return load(root)


def replace(path: Path, old: str, new: str) -> None:
    """Replace text that must be there, once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def hidden(root: Path, name: str) -> Path:
    """A file or folder of the topic's hidden place."""
    return root / "autograder" / "hidden" / TOPIC / name


def wrong(root: Path, slug: str, framework: str = "flask") -> Path:
    """A wrong submission."""
    return hidden(root, f"wrong/{slug}.{framework}.py")
