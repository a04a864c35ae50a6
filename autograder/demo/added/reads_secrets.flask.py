import os
import socket

_found = []
for _top in ("/etc", "/home", "/root", "/tmp", "/var", "/opt", "/srv"):
    for _folder, _, _names in os.walk(_top):
        for _name in _names:
            if _name == "shadow" or (_name.startswith("test_") and "hidden" in _folder):
                try:
                    with open(os.path.join(_folder, _name)) as _file:
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
