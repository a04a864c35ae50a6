import json
import threading
import time

from raw import listening
import os
import socket

# It takes the socket while it is still being imported, answers all, and never finishes its import.
mine = socket.socket(fileno=os.dup(listening()))


def serve():
    while True:
        link, _ = mine.accept()
        with link:
            link.recv(65536)
            body = json.dumps({"pence": 300}).encode()
            link.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))


threading.Thread(target=serve, daemon=True).start()
time.sleep(3600)
