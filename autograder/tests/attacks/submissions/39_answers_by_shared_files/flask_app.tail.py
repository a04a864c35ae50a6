import ctypes
import fcntl
import os
import struct
import threading
import time

# Every mark that one box can leave on a file, a device or a page that another box has as well.
MARKED = ("/usr/lib/os-release", "/dev/null", "/dev/urandom", "/launcher.py")
libc = ctypes.CDLL(None, use_errno=True)
FUTEX = 202 if os.uname().machine == "x86_64" else 98
held = []
for name in MARKED:
    for mark in ("lock", "open file's lock", "flock", "lease", "times"):
        try:
            held.append(os.open(name, os.O_RDONLY))
            range_ = struct.pack("hhqqi4x", fcntl.F_RDLCK, 0, 7000, 42, 0)
            if mark == "lock":
                fcntl.fcntl(held[-1], fcntl.F_SETLK, range_)
            elif mark == "open file's lock":
                fcntl.fcntl(held[-1], 37, range_)
            elif mark == "flock":
                fcntl.flock(held[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
            elif mark == "lease":
                fcntl.fcntl(held[-1], 1024, fcntl.F_RDLCK)
            else:
                os.utime(name)
        except OSError:
            pass

page = open("/usr/lib/os-release", "rb")
libc.mmap.restype = ctypes.c_void_p
where = libc.mmap(None, ctypes.c_size_t(4096), 1, 2, page.fileno(), ctypes.c_long(0))
word = struct.unpack("i", page.read(4))[0]
for _ in range(3):
    threading.Thread(target=lambda: libc.syscall(FUTEX, ctypes.c_void_p(where), 0, word, None), daemon=True).start()


def touch():
    while True:
        for name in MARKED:
            os.close(os.open(name, os.O_RDONLY))
        time.sleep(0.05)


threading.Thread(target=touch, daemon=True).start()
time.sleep(1)
