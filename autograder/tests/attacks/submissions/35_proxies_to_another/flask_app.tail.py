import glob
import os
import re
import socket
import threading

from flask import Response, request
from probing import Probe

probe = Probe()


def by_tcp(port):
    with socket.create_connection(("127.0.0.1", port), 0.2):
        return port


def by_name(name):
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(0.2)
        link.connect(name)
        return name


def names():
    with open("/proc/net/unix") as file:
        found = [line.split()[-1] for line in file.readlines()[1:]]
    return [name.replace("@", "\0", 1) for name in found if name.startswith(("/", "@"))]


def own_address():
    """The path of its own socket says where sockets of the grader's lie."""
    for number in range(3, 64):
        try:
            with socket.socket(fileno=os.dup(number)) as copy:
                if copy.family == socket.AF_UNIX and copy.getsockname():
                    return copy.getsockname()
        except OSError:
            continue
    return ""


mine = own_address()
folder = os.path.dirname(os.path.dirname(mine)) if isinstance(mine, str) else "/tmp"
for place in (folder, os.path.dirname(folder), "@TMP@", "/tmp", "/run"):
    probe(f"sockets in {place}", lambda: [p for p in glob.glob(f"{place}/**", recursive=True) if os.path.exists(p) and not os.path.isfile(p) and not os.path.isdir(p)])
    probe(f"another app in {place}", lambda: [by_name(p) for p in glob.glob(f"{place}/*/app")])
probe("its own path", lambda: by_name(mine) if isinstance(mine, str) and os.path.exists(mine) else None)
probe("sockets of others", lambda: [by_name(name) for name in names()])
probe("processes of others", lambda: [pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) not in (1, os.getpid())])
for port in (@PORT@, 80, 443, 5000, 8000, 8080, 8888, 5432, 6379, 22, 631, *range(49152, 49162)):
    probe(f"port {port}", lambda: by_tcp(port))
for uid in range(60706, 60726):
    # The name by which the grader keeps a user id for a box.
    probe(f"lock {uid}", lambda: by_name(f"\0course-sandbox-uid-{uid}"))
probe.tell()
