import os
import time

for _ in range(24):
    if os.fork() == 0:
        eaten = bytearray(b"x" * 30_000_000)
        time.sleep(3600)
time.sleep(3600)
