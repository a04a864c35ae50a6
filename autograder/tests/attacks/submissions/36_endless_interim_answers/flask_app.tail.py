import time

from raw import calm, take_over, wanted


def answer(link, request):
    if not wanted(request):
        link.sendall(calm(request))
        return
    while True:
        link.sendall(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n" * 3)
        time.sleep(0.05)


take_over(answer)
