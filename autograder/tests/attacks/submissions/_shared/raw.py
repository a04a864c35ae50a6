"""Takes the app's listening socket over and speaks raw bytes on it; the honest app still stands behind."""

import os
import socket
import threading


def listening():
    """The number of the descriptor that the server listens on."""
    for number in range(3, 4096):
        try:
            with socket.socket(fileno=os.dup(number)) as copy:
                if copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    return number
        except OSError:
            continue
    raise SystemExit("nobody listens")


def request_of(link):
    """One request, head and body."""
    data = b""
    while b"\r\n\r\n" not in data and (block := link.recv(65536)):
        data += block
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    while len(body) < length and (block := link.recv(65536)):
        body += block
    return head + b"\r\n\r\n" + body


def calm(request):
    """What the honest app answers."""
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(_dummy.getsockname())
        link.sendall(request)
        answer = b""
        while block := link.recv(65536):
            answer += block
    return answer


def wanted(request, start=b"/visitor"):
    """Whether the request is for an address that begins so."""
    return request.split(b" ", 2)[1:2] and request.split(b" ", 2)[1].startswith(start)


def _serve(link, answer):
    try:
        with link:
            request = request_of(link)
            if request.strip():
                answer(link, request)
    except OSError:
        pass


def _accept(mine, answer):
    while True:
        link, _ = mine.accept()
        threading.Thread(target=_serve, args=(link, answer), daemon=True).start()


def take_over(answer):
    """Call ``answer(link, request)`` for every request, in place of the server."""
    global _dummy
    number = listening()
    mine = socket.socket(fileno=os.dup(number))
    _dummy = socket.socket(socket.AF_UNIX)
    _dummy.bind("\0behind")
    _dummy.listen(64)
    os.dup2(_dummy.fileno(), number)
    threading.Thread(target=_accept, args=(mine, answer), daemon=True).start()
