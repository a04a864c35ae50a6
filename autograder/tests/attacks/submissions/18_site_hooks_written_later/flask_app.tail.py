import os
import sys

from probing import Probe

probe = Probe()
HOOK = "import builtins; builtins.hooked = True; print('REACHED the start of Python', flush=True)\n"
version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
places = [".", f".local/lib/{version}/site-packages", *sys.path, sys.prefix, os.path.dirname(os.__file__), "/", "/opt", "/submission", "/usr/lib/python3"]


def write(place, name):
    os.makedirs(place, exist_ok=True)
    with open(os.path.join(place, name), "w") as file:
        file.write(HOOK)
    return not os.path.abspath(place).startswith(("/home/app", "/tmp"))


for place in places:
    for name in ("sitecustomize.py", "usercustomize.py", "@TOKEN@.pth", "json.py", "select.py", "socket.py"):
        if place != "." or name.startswith(("site", "user", "@TOKEN@")):
            probe(f"{place}/{name}", lambda: write(place, name))
# Seen after the restart, if anything ran them.
probe("hooked", lambda: getattr(__import__("builtins"), "hooked", False))
probe.tell()
