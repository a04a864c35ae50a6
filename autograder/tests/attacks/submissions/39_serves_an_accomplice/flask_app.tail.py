import os
import socket
import threading

# The whole solution, offered to whoever can reach it from another box.
doors = []
for family, name in ((socket.AF_UNIX, "\0@TOKEN@-meet"), (socket.AF_INET, ("127.0.0.1", 45678)), (socket.AF_INET6, ("::1", 45678))):
    try:
        door = socket.socket(family)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(name)
        door.listen()
        doors.append(door)
    except OSError:
        pass
for name in ("/tmp/@TOKEN@-meet", "/dev/shm/@TOKEN@-meet"):
    door = socket.socket(socket.AF_UNIX)
    if os.path.exists(name):
        os.remove(name)
    door.bind(name)
    door.listen()
    doors.append(door)


def serve(door):
    while True:
        link, _ = door.accept()
        link.sendall(b"here")
        link.close()


for door in doors:
    threading.Thread(target=serve, args=(door,), daemon=True).start()
__import__("time").sleep(1)
