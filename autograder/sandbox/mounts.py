"""What a submission sees behind the wall: the argument list of bubblewrap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from autograder.sandbox import launcher
from autograder.sandbox.job import Limits
from autograder.sandbox.policy import WallPolicy
from autograder.sandbox.system import SITE, SYSTEM_FOLDERS, System

__all__ = ["box_arguments", "cluster_arguments", "names_of", "own_folders", "write_etc"]

_DROPPING = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")
_RIGHTS = (*_DROPPING, "CAP_SYS_ADMIN", "CAP_NET_ADMIN")


def names_of(uid: int) -> dict[str, str]:
    """The files of /etc that name the user which a submission runs as."""
    return {
        "passwd": f"app:x:{uid}:{uid}:app:{launcher.HOME}:/bin/sh\n",
        "group": f"app:x:{uid}:\n",
    }


def write_etc(folder: Path, uid: int) -> Path:
    """Write the few files that the C library looks up in /etc, the same on every machine."""
    files = {
        **names_of(uid),
        "hosts": "127.0.0.1 localhost\n::1 localhost\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
        "ld.so.cache": "",
    }
    folder.mkdir()
    folder.chmod(0o755)
    for name, text in files.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o644)
    return folder


def own_folders(policy: WallPolicy, limits: Limits) -> dict[str, int]:
    """The folders that a submission can write to, with their sizes in bytes."""
    return {
        "/dev/shm": policy.shared_memory_bytes,  # noqa: S108 - the box's own
        "/tmp": limits.tmp_bytes,  # noqa: S108 - likewise
        launcher.HOME: limits.tmp_bytes,
    }


def box_arguments(system: System, policy: WallPolicy, etc: Path, mode: str) -> list[str]:
    """Everything between ``bwrap`` and the launcher's own arguments.

    Nothing can be written to, and the launcher may make namespaces and folders of its own: it does so, and
    gives up every right, before it has anything of a submission.

    Args:
        system: what is shown of this machine.
        policy: whose uid the box begins with.
        etc: the folder that is shown as /etc.
        mode: the launcher's, ``box`` or ``nest``.
    """
    return [
        *_namespaces(system, policy.uid_first, _RIGHTS),
        *_system_folders(system),
        *("--ro-bind", str(etc), "/etc"),
        *("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"),
        *("--proc", "/proc", "--dir", "/tmp", "--dir", launcher.HOME),  # noqa: S108 - the box's own
        *_devices(),
        *_closed(system),
        *(system.python, "-I", "-S", "-B", "/launcher.py", mode),
    ]


def cluster_arguments(
    system: System, uid: int, *, etc: Path, shown: Iterable[str], own: Mapping[str, str], data_bytes: int
) -> list[str]:
    """The same for a database server, which a submission reaches through the relay alone.

    Args:
        system: what is shown of this machine.
        uid: whom the server runs as.
        etc: the folder that is shown as /etc.
        shown: what more of the machine it sees, where there is such a folder.
        own: folders that it can write to, by their paths inside.
        data_bytes: the size of `/data`, which is empty and ends with the box.
    """
    there = [each for each in shown if Path(each).is_dir()]
    ways = {str(parent) for each in there for parent in Path(each).parents}
    return [
        *_namespaces(system, uid, _DROPPING if system.root else ()),
        *(part for way in sorted(ways - {"/"}) for part in ("--perms", "0755", "--dir", way)),
        *_system_folders(system),
        *(part for each in there for part in ("--ro-bind", each, each)),
        *("--ro-bind", str(etc), "/etc"),
        *("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"),
        *("--proc", "/proc"),
        *_devices(),
        *("--perms", "1777", "--size", str(data_bytes), "--tmpfs", "/data"),
        *(part for inside, outside in own.items() for part in ("--bind", outside, inside)),
        *_masked(system),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/data", "--"),
        *(_drop_root(uid) if system.root else ()),
    ]


def _drop_root(uid: int) -> list[str]:
    become = ["--reuid", str(uid), "--regid", str(uid), "--clear-groups"]
    keep_no = ["--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"]
    return ["setpriv", *become, *keep_no, "--"]


def _namespaces(system: System, uid: int, rights: Iterable[str]) -> list[str]:
    kept = [part for each in rights for part in ("--cap-add", each)]
    shared = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    shared += ["--hostname", "box", "--die-with-parent", "--new-session", "--as-pid-1", "--clearenv"]
    if not system.root:
        shared += ["--unshare-user", "--uid", str(uid), "--gid", str(uid)]
    # Root makes no user namespace: the real uid would stay 0, and the kernel's process limit ignores that.
    return [*shared, "--cap-drop", "ALL", *kept]


def _devices() -> list[str]:
    """The devices that Python and its libraries need, and no terminals.

    There is no ``zero``: mapped as shared, it is memory that no account shows.
    With ``--dev`` bubblewrap would add terminals. They need a user namespace in which uid 0 is there, and
    that of a nest must have none: what the kernel keeps from an app of pid 1's would be the app's own.
    """
    arguments = ["--perms", "0755", "--tmpfs", "/dev", "--dir", "/dev/shm"]  # noqa: S108 - the box's own
    for name in launcher.DEVICES:
        arguments += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    links = {"fd": "", "stdin": "/0", "stdout": "/1", "stderr": "/2"}
    for name, end in links.items():
        arguments += ["--symlink", f"/proc/self/fd{end}", f"/dev/{name}"]
    return arguments


def _closed(system: System) -> tuple[str, ...]:
    """The last of what is shown; from here on only the folders of one's own can be written to."""
    return (
        *("--ro-bind", launcher.__file__, "/launcher.py"),
        *_masked(system),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", launcher.HOME, "--"),
    )


def _masked(system: System) -> list[str]:
    return [part for each in system.masked for part in _nothing_at(each)]


def _system_folders(system: System) -> list[str]:
    # Folders on the way that bubblewrap makes by itself are closed to all but root.
    ways = {
        str(parent)
        for each in ("/usr/share/x", launcher.HOME, SITE, f"{system.prefix}/x")
        for parent in Path(each).parents
    }
    arguments = [part for way in sorted(ways - {"/"}) for part in ("--perms", "0755", "--dir", way)]
    for name in SYSTEM_FOLDERS:
        arguments += ["--ro-bind-try", f"/usr/{name}", f"/usr/{name}"]
        if Path("/", name).is_symlink():
            arguments += ["--symlink", str(Path("/", name).readlink()), f"/{name}"]
        else:
            arguments += ["--ro-bind-try", f"/{name}", f"/{name}"]
    arguments += ["--ro-bind-try", "/usr/share/zoneinfo", "/usr/share/zoneinfo"]
    if system.prefix != "/usr":
        for name in ("bin", "lib", "lib64"):
            path = f"{system.prefix}/{name}"
            arguments += ["--ro-bind-try", path, path]
    for outside, inside in system.sites:
        arguments += ["--ro-bind", outside, inside]
    return arguments


def _nothing_at(path: str) -> tuple[str, ...]:
    return ("--perms", "0555", "--size", "4096", "--tmpfs", path, "--remount-ro", path)
