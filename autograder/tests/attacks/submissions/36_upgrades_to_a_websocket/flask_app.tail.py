import time

from raw import calm, take_over, wanted


def answer(link, request):
    if not wanted(request):
        link.sendall(calm(request))
        return
    link.sendall(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: x\r\n\r\n")
    while True:
        link.sendall(b"\x81\x7e\xff\xff" + b"x" * 65535)
        time.sleep(0.01)


take_over(answer)
