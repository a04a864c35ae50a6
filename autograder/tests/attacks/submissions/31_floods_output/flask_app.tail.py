import fcntl
import os

for number in (1, 2):
    try:
        fcntl.fcntl(number, 1031, 1 << 20)  # F_SETPIPE_SZ
        os.set_blocking(number, False)
    except OSError:
        pass
while True:
    for number, text in ((1, b"ha"), (2, b"ho")):
        try:
            os.write(number, text * 30_000)
        except BlockingIOError:
            pass
