"""Links and names that lead to other students' files, the gradebook and the course's secret."""


def build(folder, facts):
    ground = facts.ground
    for name, target in {
        "ann.py": ground.desk / "submitted/ann/cloakroom/flask_app.py",
        "gradebook.json": ground.desk / "gradebook.db",
        "secret.txt": ground.course / ".course/secret",
        "contract.py": ground.course / "autograder/hidden/cloakroom/test_contract.py",
        "desk": ground.desk,
        "cloakroom.ipynb": ground.desk / "gradebook.db",
        "environ.txt": "/proc/self/environ",
        "cmdline.txt": "/proc/self/cmdline",
        "shadow.txt": "/etc/shadow",
        "up.txt": f"../../desk/gradebook.db",
    }.items():
        (folder / name).symlink_to(target)
    (folder / "hard.txt").hardlink_to(ground.desk / "gradebook.db")
    with (folder / f"{facts.module}.py").open("a") as app:
        app.write("""
import glob
from probing import Probe, secrets_in

probe = Probe()
for path in glob.glob("**/*", recursive=True) + glob.glob("/submission/**/*", recursive=True):
    probe(path, lambda: secrets_in(path))
probe("links", lambda: [p for p in glob.glob("**/*", recursive=True) if __import__("os").path.islink(p)])
probe.tell()
""")
