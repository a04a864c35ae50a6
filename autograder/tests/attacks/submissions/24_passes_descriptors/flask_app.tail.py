import array
import os
import socket

from raw import calm, take_over, wanted


def answer(link, request):
    body = calm(request)
    # Descriptors of its own ride along with every piece of the answer: the reader would have to close them.
    files = [os.open("/dev/null", os.O_RDONLY) for _ in range(10)]
    try:
        for at in range(0, len(body), 256):
            link.sendmsg([body[at : at + 256]], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", files))])
    finally:
        for each in files:
            os.close(each)


take_over(answer)
