"""The same as a zip, with members that are links, doubled names and names in two encodings."""

import stat
import zipfile

NAMES = ["../@OUT@", "/@OUT@", "a/../../@OUT@", "C:\\@OUT@", "..\\..\\@OUT@", "-rf.py", "new\nline.py", "\x1b[2J.py", "\u202egpj.py", "a" * 4096 + ".py", "d/" * 500 + "x.py", "nul\x00.py", "flask_app.py/", "FLASK_APP.PY", "con.py"]


def build(folder, facts):
    out = f"{facts.ground.token}-out"
    target = folder / "eve.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(f"{facts.module}.py", facts.base)
        for name in NAMES:
            info = zipfile.ZipInfo("x")
            info.filename = name.replace("@OUT@", out)
            archive.writestr(info, "x = 1\n")
        for name, link in (("link.py", "/etc/shadow"), ("through", str(facts.ground.tripwires)), ("book.txt", f"{facts.ground.desk}/gradebook.db")):
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, link)
        archive.writestr("through/tripped", "x")
        # A second file of the app's name, which earns all points.
        archive.writestr(f"{facts.module}.py", facts.solution) if False else None
    (folder / f"{facts.module}.py").unlink()
    return target
