import glob
import os

from probing import CANARY, Probe

probe = Probe()
TELLING = "environ cmdline comm cwd exe root status mountinfo maps mounts stat io cgroup limits sched fd/* fdinfo/* task/*/environ task/*/cmdline task/*/cwd ns/*"


def told(path):
    if os.path.islink(path):
        data = os.readlink(path).encode()
    else:
        with open(path, "rb") as file:
            data = file.read(200_000)
    found = CANARY.search(data)
    return found and f"{path} {found[0].decode()}"


for path in [path for name in TELLING.split() for path in glob.glob(f"/proc/[0-9]*/{name}")]:
    probe(path, lambda: told(path))
for path in ("/proc/cmdline", "/proc/mounts", "/proc/self/mountinfo", "/proc/kcore", "/proc/kmsg", "/proc/keys", "/proc/key-users", "/proc/timer_list", "/proc/sched_debug", "/proc/net/unix", "/proc/locks"):
    probe(path, lambda: told(path))
probe("environment", lambda: [name for name in os.environ if name not in ("PATH", "HOME", "LANG", "LC_CTYPE")])
probe("its folder", lambda: CANARY.search(os.getcwd().encode()))
probe("processes", lambda: sorted(int(n) for n in os.listdir("/proc") if n.isdigit())[2:])
probe("its parent", lambda: os.getppid() != 1 and os.getppid())
probe("the name of the machine", lambda: os.uname().nodename != "box" and os.uname().nodename)
probe("users", lambda: [line for line in open("/etc/passwd") if not line.startswith("app:")])
probe.tell()
