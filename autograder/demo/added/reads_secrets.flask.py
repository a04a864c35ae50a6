import glob
import os
import socket

_found = []
for _place in ("/etc/shadow", *glob.glob("/**/hidden/**/test_*.py", recursive=True)):
    try:
        with open(_place) as _file:
            _found.append(_file.read())
    except OSError:
        pass
_found.extend(f"{name}={value}" for name, value in os.environ.items() if "SECRET" in name.upper())
try:
    socket.create_connection(("192.0.2.1", 80), timeout=0.2)
    _found.append("reached the network")
except OSError:
    pass
if _found:
    raise RuntimeError(f"found {len(_found)} secrets")
