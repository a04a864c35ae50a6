from raw import calm, take_over, wanted

BIG = b"x" * 60_000


def answer(link, request):
    if wanted(request, b"/visitor"):
        link.sendall(b"HTTP/1.1 200 " + BIG[:8000] + b"\r\ncontent-type: " + BIG + b"\r\ncontent-length: 1000000000\r\n\r\n")
        for _ in range(16_000):
            link.sendall(BIG)
    elif wanted(request, b"/coats") and request.startswith(b"POST"):
        link.sendall(b'HTTP/1.1 201 OK\r\ncontent-type: application/json; ' + BIG + b'\r\nlocation: /' + BIG + b'\r\ncontent-length: 14\r\n\r\n{"number": 99}')
    elif wanted(request, b"/label"):
        body = b'{"label": "' + b"\\u202e" * 150_000 + b'"}'
        link.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\ncontent-length: %d\r\n\r\n%s" % (b"\x9b" * 60_000, len(body), body))
    else:
        link.sendall(calm(request))


take_over(answer)
