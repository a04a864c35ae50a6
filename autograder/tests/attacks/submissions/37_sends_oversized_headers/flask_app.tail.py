from raw import calm, take_over, wanted


def answer(link, request):
    if not wanted(request):
        link.sendall(calm(request))
        return
    link.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(100_000):
        link.sendall(b"x-%d: %s\r\n" % (number, b"y" * 1000))


take_over(answer)
