import glob
import importlib
import os
import sys

from probing import Probe, secrets_in, walk

probe = Probe()
HOME = "@HOME@"
NAMES = [
    HOME,
    HOME + "/course/autograder/hidden/cloakroom/test_contract.py",
    HOME + "/course/.course/secret",
    HOME + "/desk/gradebook.db",
    HOME + "/desk/submitted/ann/cloakroom/flask_app.py",
    HOME + "/desk/.ssh/id_ed25519",
    "/proc/1/root" + HOME + "/course/.course/secret",
    "/proc/self/root" + HOME + "/course/.course/secret",
    "/submission/../" + HOME + "/course/.course/secret",
    "/dev/fd/../../root/.ssh/id_rsa",
]
for name in NAMES:
    probe(name, lambda: os.path.isdir(name) and os.listdir(name) or secrets_in(name))
way = os.path.realpath(sys.base_prefix).split("/")[2:3]
for name in ("/etc/shadow", "/etc/ssh", "/root", "/home", "/work", "/var", "/run", "/sys", "/boot", "/mnt", "/srv", "/media"):
    # On the way to the interpreter a folder may stand, and nothing beside it.
    probe(name, lambda: set(os.listdir(name)) - {"app", *way} if os.path.isdir(name) else open(name).read())
for number in range(3, 64):
    # Any descriptor that leads to a folder outside would do.
    probe(f"by descriptor {number}", lambda: os.listdir(f"/proc/self/fd/{number}/.."))
SYSTEM = ("/usr", "/lib", "/opt", "/proc", "/sys", "/dev", sys.base_prefix)


def _safely(path):
    try:
        return not path.startswith(SYSTEM) and os.path.isfile(path) and secrets_in(path)
    except OSError:
        return None


probe.tell()
everything = list(walk("/", 30_000))
probe("everything", lambda: [hit for path in everything if (hit := _safely(path))][:3])
probe("by name", lambda: [path for path in everything if "hidden" in path.split("/") or "test_contract" in path][:3])
probe("import", lambda: importlib.import_module("autograder.evaluate"))
probe("import a check", lambda: importlib.import_module("autograder.hidden"))
probe("glob", lambda: glob.glob("/*/*/cloakroom"))
probe("a path of the course", lambda: [each for each in sys.path if "course" in each])
probe.tell()
