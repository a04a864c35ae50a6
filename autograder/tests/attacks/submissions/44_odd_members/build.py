"""An archive whose members lead out of it, are no files, or have names that act."""

import io
import tarfile

NAMES = [
    "../@OUT@", "../../@OUT@", "a/../../@OUT@", "/@OUT@", "//@OUT@", "C:\\@OUT@", "C:@OUT@", "..\\@OUT@",
    "\\\\server\\share\\@OUT@", "./../@OUT@", "x/./../../@OUT@", "~/@OUT@", "$HOME/@OUT@", "`id`.py", "$(id).py",
    "-rf.py", "--help.py", "new\nline.py", "cr\rname.py", "tab\tname.py", "\x1b[2J.py", "nul\x00.py", "\u202egpj.py",
    "a" * 4096 + ".py", "d/" * 500 + "x.py", "CON.py", "aux.txt", "lpt1.py", "trailing. ", "trailing ", "FLASK_APP.PY",
    "Flask_App.py", "flask_app.py/inside.py", "cloakroom.ipynb/x.py", "\udcff\udcfe.py", "\ud83d\ude00.py",
    "<script>.py", "=cmd|calc.py", "../" * 30 + "etc/cron.d/@OUT@", ".ssh/authorized_keys", ".bashrc", "", ".", "..", "/",
]


def build(folder, facts):
    target = folder / "eve.tar"
    out = f"{facts.ground.token}-out"
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as archive:
        def add(name, data=b"x = 1\n", **more):
            info = tarfile.TarInfo()
            info.name, info.size = name, len(data)
            for key, value in more.items():
                setattr(info, key, value)
            try:
                archive.addfile(info, io.BytesIO(data))
            except (UnicodeError, ValueError, OSError):
                pass

        add(f"{facts.module}.py", facts.base.encode())
        for name in NAMES:
            add(name.replace("@OUT@", out))
        for kind, link in ((tarfile.SYMTYPE, "/etc/shadow"), (tarfile.LNKTYPE, "/etc/shadow"), (tarfile.SYMTYPE, f"{facts.ground.desk}/gradebook.db"),
                           (tarfile.LNKTYPE, f"{facts.ground.desk}/gradebook.db"), (tarfile.FIFOTYPE, ""), (tarfile.CHRTYPE, ""), (tarfile.BLKTYPE, ""), (tarfile.CONTTYPE, "")):
            add(f"special{ord(kind)}{len(link)}.py", b"", type=kind, linkname=link, devmajor=1, devminor=1)
        # First a link to a folder outside, then a file through it.
        add("through", b"", type=tarfile.SYMTYPE, linkname=str(facts.ground.tripwires))
        add("through/tripped", b"x")
        add("setuid.py", mode=0o6777, uid=0, gid=0)
    (folder / f"{facts.module}.py").unlink()
    return target
