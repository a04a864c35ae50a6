import glob
import importlib.util
import os
import sys

from probing import Probe

probe = Probe()


def overwrite(path):
    with open(path, "r+b") as file:
        file.write(b"\0" * 16)
    return path


modules = [m.__file__ for m in list(sys.modules.values()) if getattr(m, "__file__", None)]
caches = [importlib.util.cache_from_source(path) for path in modules if path.endswith(".py")]
for path in [*modules, *caches, "/launcher.py", sys.executable, "/etc/passwd", "/usr/bin/env"][-400:]:
    if not os.path.abspath(path).startswith("/home/app"):
        probe(path, lambda: overwrite(path))
for path in glob.glob("/opt/*/") + glob.glob("/usr/lib/python3*/"):
    probe(path, lambda: open(path + "@TOKEN@.pyc", "wb"))
    probe(path, lambda: os.chmod(path, 0o777) or path)
probe.tell()
