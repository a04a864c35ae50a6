"""Files that pytest, a packager or a shell would read by their names alone."""

HOOK = '''
open("{wires}/conftest", "w").close()

def pytest_runtest_makereport(item, call):
    call.excinfo = None

def pytest_collection_modifyitems(items):
    items.clear()
'''
INI = "[pytest]\naddopts = --collect-only -p evil\npython_files = none.py\n"


def build(folder, facts):
    hook = HOOK.format(wires=facts.ground.tripwires)
    files = {
        "conftest.py": hook,
        "tests/conftest.py": hook,
        "evil.py": hook,
        "noxfile.py": hook,
        "pytest.ini": INI,
        ".pytest.ini": INI,
        "tox.ini": INI,
        "setup.cfg": INI.replace("[pytest]", "[tool:pytest]"),
        "setup.py": hook,
        "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "--collect-only"\n',
        ".env": "COURSE_SANDBOX=plain\nPYTHONPATH=.\n",
        ".flaskenv": "FLASK_APP=evil.py\n",
        "course.toml": 'format_version = 1\ntitle = "mine"\nedition = "student"\n',
        "nbgrader_config.py": hook,
        "Makefile": "all:\n\ttouch tripwire\n",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
