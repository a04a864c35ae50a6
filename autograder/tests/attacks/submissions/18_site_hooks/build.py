"""Files that Python itself runs at its start."""


def build(folder, facts):
    hook = f"open('{facts.ground.tripwires}/site', 'w').close()\n"
    places = ("", "lib/python3.11/site-packages/", ".local/lib/python3.11/site-packages/", "site-packages/")
    for place in places:
        (folder / place).mkdir(parents=True, exist_ok=True)
        for name in ("sitecustomize.py", "usercustomize.py"):
            (folder / place / name).write_text(hook)
        (folder / place / "evil.pth").write_text(f"import os; {hook}")
        (folder / place / "evil.start").write_text(f"import os; {hook}")
    (folder / "pyvenv.cfg").write_text("home = .\ninclude-system-site-packages = true\n")
    (folder / "python311._pth").write_text(".\nimport site\n")
