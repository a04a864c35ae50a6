import mmap
import os

from probing import Probe

probe = Probe()
wrote = 0


def fill(place):
    global wrote
    for number in range(400):
        with open(f"{place}/{number}", "wb") as file:
            wrote += file.write(bytes(1 << 20))


for place in ("/dev/shm", "/tmp", ".", "/run", "/var/tmp", "/dev", "/"):
    probe(place, lambda: fill(place))
probe("more than the limits", lambda: wrote > 90 << 20 and wrote)
probe("memory behind a name", lambda: os.memfd_create("x"))
probe("locked memory", lambda: mmap.mmap(-1, 1 << 33))
probe.tell()
for number in range(400):
    for place in ("/dev/shm", "/tmp", "."):
        if os.path.exists(f"{place}/{number}"):
            os.remove(f"{place}/{number}")
