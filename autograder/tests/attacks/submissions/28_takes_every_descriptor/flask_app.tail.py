import os
import socket

held = []
for make in (lambda: os.open("/dev/null", os.O_RDONLY), os.pipe, socket.socketpair, lambda: os.eventfd(0)):
    try:
        while True:
            held.append(make())
    except OSError:
        pass
