import array
import os
import socket
import stat

from probing import Probe

probe = Probe()
kinds = {}
for name in os.listdir("/proc/self/fd"):
    try:
        kinds[int(name)] = os.readlink(f"/proc/self/fd/{name}")
    except OSError:
        pass


def connected():
    """A connected socket leads to somebody; the app's own listener leads to nobody."""
    for number, kind in kinds.items():
        if kind.startswith("socket:"):
            with socket.socket(fileno=os.dup(number)) as copy:
                if not copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    return number
    return None


def told(path):
    with open(path, "rb") as file:
        return file.read(100)


probe("a connected socket", connected)
probe("files of the grader", lambda: [kind for kind in kinds.values() if kind.startswith("/") and not kind.startswith(("/dev/null", "/proc", "/home/app"))])
probe("folders", lambda: [n for n in kinds if stat.S_ISDIR(os.fstat(n).st_mode) and not kinds[n].startswith(("/proc", "/home/app"))])
probe("more than one pipe to write to, beside standard output and error", lambda: [n for n, kind in kinds.items() if n > 2 and kind.startswith("pipe:") and os.access(f"/proc/self/fd/{n}", os.W_OK)][1:])
for what in ("fd", "root", "map_files", "task/1/fd"):
    probe(f"pid 1: {what}", lambda: os.listdir(f"/proc/1/{what}"))
for what in ("mem", "environ", "maps", "stack", "syscall", "auxv", "smaps"):
    probe(f"pid 1: {what}", lambda: told(f"/proc/1/{what}"))
for what in ("cwd", "exe", "root"):
    probe(f"pid 1: {what} leads", lambda: os.readlink(f"/proc/1/{what}"))
for number in range(64):
    probe(f"pid 1's descriptor {number}", lambda: os.open(f"/proc/1/fd/{number}", os.O_RDWR))
probe("sockets by name", lambda: [p for f, _, ns in os.walk("/") if not f.startswith(("/proc", "/usr", "/opt")) for n in ns if stat.S_ISSOCK(os.lstat(p := os.path.join(f, n)).st_mode)])
probe.tell()
