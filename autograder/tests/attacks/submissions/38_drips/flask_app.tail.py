import time

from raw import calm, take_over, wanted


def answer(link, request):
    if not wanted(request):
        link.sendall(calm(request))
        return
    for byte in b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 3000\r\n\r\n" + b" " * 3000:
        link.sendall(bytes([byte]))
        time.sleep(0.05)


take_over(answer)
