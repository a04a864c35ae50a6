import os
import socket
import time

from flask import request
from probing import Probe

probe = Probe()


def ask(family, name):
    with socket.socket(family) as link:
        link.settimeout(0.2)
        link.connect(name)
        return link.recv(4)


def meet():
    probe("abstract", lambda: ask(socket.AF_UNIX, "\0@TOKEN@-meet"))
    probe("loopback", lambda: ask(socket.AF_INET, ("127.0.0.1", 45678)))
    probe("loopback 6", lambda: ask(socket.AF_INET6, ("::1", 45678)))
    probe("file", lambda: ask(socket.AF_UNIX, "/tmp/@TOKEN@-meet"))
    probe("shared memory", lambda: ask(socket.AF_UNIX, "/dev/shm/@TOKEN@-meet"))
    probe("the other's files", lambda: [name for place in ("/tmp", "/dev/shm") for name in os.listdir(place) if "@TOKEN@" in name])
    probe("message queues", lambda: open("/proc/sysvipc/shm").read().count("\n") > 1)


_plain = create_app


def create_app():
    app = _plain()
    for _ in range(4):
        meet()
        time.sleep(0.2)

    @app.before_request
    def again():
        if request.path == "/visitor":
            meet()
            probe.tell()

    return app
