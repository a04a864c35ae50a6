import socket
import time

import raw

# It reads the request a byte at a time, from a buffer as small as can be.
def slow(link):
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    for _ in range(100_000):
        if not link.recv(1):
            break
        time.sleep(0.1)
    return b""


raw.request_of, _quick = (lambda link: slow(link) if link.recv(12, socket.MSG_PEEK) == b"GET /visitor" else _quick(link)), raw.request_of
raw.take_over(lambda link, request: link.sendall(raw.calm(request)))
