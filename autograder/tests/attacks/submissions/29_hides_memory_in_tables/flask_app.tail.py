import ctypes
import os
import time

# A map that is read here and there costs the kernel a page of tables for every two megabytes, and a map cut
# into areas a record for each: neither is resident memory of a process. Every fork copies them.
CHILDREN, SIZE, PAGE = 26, 3200 << 20, 4096
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
at = libc.mmap(None, ctypes.c_size_t(SIZE), 1, 0x4022, -1, ctypes.c_long(0))
libc.madvise(ctypes.c_void_p(at), ctypes.c_size_t(SIZE), 15)
for number in range(4000):
    libc.mprotect(ctypes.c_void_p(at + number * 2 * PAGE), ctypes.c_size_t(PAGE), 3)
children = []
for _ in range(CHILDREN):
    child = os.fork()
    if child == 0:
        for offset in range(0, SIZE, 2 << 20):
            ctypes.string_at(at + offset, 1)
        time.sleep(4)
        os._exit(0)
    children.append(child)
ended = [os.waitpid(child, 0)[1] for child in children]
if not any(ended):
    print(f"REACHED {CHILDREN} times 6 MiB of tables that nobody counts", flush=True)
print("TRIED 1", flush=True)
