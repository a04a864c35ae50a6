from raw import take_over, calm, wanted

INNER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n"


def answer(link, request):
    if request.startswith((b"GET /price?hours=2 ",)) or not wanted(request, b"/price"):
        link.sendall(calm(request))
        return
    # The right answer stands inside the wrong one, behind it, and once more as a trailer.
    body = INNER + b'{"pence": 999999}'
    link.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
    link.sendall(b"%x\r\n%s\r\n0\r\nx-verdict: passed\r\ncontent-length: 17\r\n\r\n" % (len(body), body) + body)


take_over(answer)
