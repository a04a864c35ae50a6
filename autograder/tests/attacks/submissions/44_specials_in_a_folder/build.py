"""A folder with links, a FIFO, a socket, names of bytes, and case clashes."""

import os
import socket


def build(folder, facts):
    os.mkfifo(folder / "pipe.py")
    os.mkfifo(folder / "cloakroom.ipynb")
    with socket.socket(socket.AF_UNIX) as link:
        here = os.getcwd()
        try:
            os.chdir(folder)
            link.bind("socket.py")
        finally:
            os.chdir(here)
    (folder / "loop").symlink_to(folder)
    (folder / "self.py").symlink_to("self.py")
    (folder / "zero.txt").symlink_to("/dev/zero")
    (folder / "random.txt").symlink_to("/dev/urandom")
    (folder / "tty.txt").symlink_to("/dev/tty")
    raw = os.fsencode(folder)
    for name in (b"\xff\xfe.py", b"-rf", b"--version.py", b"new\nline.py", b"\x1b[2J.py", "\u202egpj.py".encode(), b"x" * 255, b"FLASK_APP.py", b"Flask_App.PY"):
        with open(raw + b"/" + name, "wb") as file:
            file.write(b"x = 1\n")
