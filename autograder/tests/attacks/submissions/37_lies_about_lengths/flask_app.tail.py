from raw import calm, take_over, wanted

OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
LIES = [
    b"content-length: 5\r\n\r\n%s",
    b"content-length: 99999\r\n\r\n%s",
    b"content-length: -1\r\n\r\n%s",
    b"content-length: 5\r\ncontent-length: 17\r\n\r\n%s",
    b"transfer-encoding: chunked\r\ncontent-length: 17\r\n\r\nffffffffffffffff1\r\n%s",
    b"transfer-encoding: identity, chunked\r\n\r\n5\r\n%s",
    b" folded: x\r\ncontent-length : 17\r\n\r\n%s",
    b"content-length: 1\0\r\n\r\n%s",
    b"transfer-encoding: chunked\r\n\r\n-5\r\n%s",
]
asked = []


def answer(link, request):
    if wanted(request, b"/label") or wanted(request, b"/visitor") or (wanted(request, b"/price") and b"hours=2 " not in request):
        asked.append(1)
        link.sendall(OK + LIES[len(asked) % len(LIES)] % b'{"pence": 300}')
    elif wanted(request, b"/coats/"):
        link.sendall(b'{"number": 1}')  # HTTP/0.9
    elif wanted(request, b"/coats"):
        link.sendall(b"HTTP/1.1 201 OK\r\nlocation: /coats/1 HTTP/1.1\r\nx: y\r\nlocation: /x\r\ncontent-length: 2\r\n\r\n{}HTTP/1.1 201 OK\r\n\r\n")
    else:
        link.sendall(calm(request))


take_over(answer)
