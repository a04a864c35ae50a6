"""Where PostgreSQL's programs run: behind a wall of their own, or without one, as submissions do there."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from autograder.errors import GradingBroken
from autograder.sandbox.bwrap import Bubblewrap
from autograder.sandbox.cluster_home import Home, broken
from autograder.sandbox.cold import ColdEnclosure
from autograder.sandbox.mounts import cluster_arguments, write_etc
from autograder.sandbox.policy import Policy
from autograder.sandbox.system import find_system
from autograder.sandbox.uids import lease_uid
from autograder.scratch import scratch_folder

__all__ = ["OpenGround", "WalledGround"]

_SHOWN = ("/usr/share/postgresql", "/usr/share/pgsql", "/usr/share/postgresql-common")
"""Where distributions keep what the programs read, beside their own folder."""
_BLOCK = 512  # of `ulimit -f`
_KIB = 1024

# Standard input ends with the grader, however that ends, and the server with it: behind a wall the kernel
# would not let bubblewrap, which gave up root's rights, end a server that runs as somebody else.
_RUN = """
set -eu
umask 077
cp -R "$2/cluster" "$3/cluster"
if [ "$#" -gt 4 ]; then
    ulimit -c 0
    ulimit -f "$5"
    ulimit -v "$6"
fi
exec 3<&0
"$1/postgres" -D "$3/cluster" -k "$4" 3<&- &
server=$!
(read -r _ <&3 || :; kill -QUIT $server) &
reader=$!
code=0
wait $server || code=$?
kill $reader || :
rm -rf "$3/cluster"
exit $code
"""


class WalledGround:
    """Runs them in namespaces of their own, the data in a folder of memory of a fixed size."""

    walls = True

    def __init__(self, policy: Policy, programs: Path) -> None:
        self._policy = policy
        self._programs = programs
        self._bubblewrap = Bubblewrap()
        self._system = find_system()
        if self._system.root and shutil.which("setpriv") is None:
            raise broken("PostgreSQL refuses to run as root, and there is no setpriv to drop root with.")

    def home(self, name: str) -> Home:
        """A folder, and a uid that no other job has. Raises GradingBroken."""
        lease = contextlib.ExitStack()
        wall = self._policy.wall
        uid = wall.uid_first
        if self._system.root:
            leased = lease_uid(wall.uid_first, wall.uid_count)
            uid = lease.enter_context(contextlib.closing(leased)).uid
        home = Home(scratch_folder(name), uid, lease)
        write_etc(home.folder / "etc", uid)
        return home

    def make(self, home: Home, script: str, words: Sequence[str]) -> ColdEnclosure:
        """Run a script whose first words are the programs' folder and where it makes the template."""
        own = {"/template": str(home.own("template"))}
        return self._start(home, own, [], script, "/template", *words)

    def run(self, home: Home, template: Path) -> ColdEnclosure:
        """Start a server on a copy of the template; its socket is in the folder `sock`."""
        policy = self._policy
        own = {"/sock": str(home.own("sock"))}
        most = [str(policy.limits.file_bytes // _BLOCK), str(policy.database.memory_bytes // _KIB)]
        shown = ["--ro-bind", str(template), "/template"]
        return self._start(home, own, shown, _RUN, "/template", "/data", "/sock", *most)

    def _start(
        self, home: Home, own: dict[str, str], shown: Sequence[str], script: str, *words: str
    ) -> ColdEnclosure:
        arguments = cluster_arguments(
            self._system,
            home.uid,
            etc=home.folder / "etc",
            shown=(*_SHOWN, str(self._programs.parent)),
            own=own,
            data_bytes=self._policy.database.data_bytes,
        )
        words = ("/bin/sh", "-c", script, "sh", str(self._programs), *words)
        feed, grader = os.pipe()
        home.lease.callback(os.close, grader)
        with contextlib.ExitStack() as stack:
            stack.callback(os.close, feed)
            log = stack.enter_context((home.folder / "log").open("wb"))
            return ColdEnclosure(
                self._bubblewrap,
                [*shown, *arguments, *words],
                feed=feed,
                errors=log.fileno(),
                patience_s=self._policy.wall.teardown_wall_s,
            )


class OpenGround:
    """Runs them without a wall, as submissions run there: the machine or the container is the wall."""

    walls = False

    def __init__(self, policy: Policy, programs: Path) -> None:
        self._policy = policy
        self._programs = programs

    def home(self, name: str) -> Home:
        """A folder; for root, whom PostgreSQL refuses, one that somebody else may enter."""
        if os.geteuid() != 0:
            return Home(scratch_folder(name), os.geteuid())
        return Home(scratch_folder(name, entered=True), _somebody())

    def make(self, home: Home, script: str, words: Sequence[str]) -> OpenProcess:
        """As `WalledGround.make`."""
        return self._start(home, script, str(home.own("template")), *words)

    def run(self, home: Home, template: Path) -> OpenProcess:
        """As `WalledGround.run`."""
        data, sock = home.own("data"), home.own("sock")
        return self._start(home, _RUN, str(template), str(data), str(sock))

    def _start(self, home: Home, script: str, *words: str) -> OpenProcess:
        account = {"user": home.uid, "group": home.uid, "extra_groups": []} if os.geteuid() == 0 else {}
        with (home.folder / "log").open("wb") as log:
            child = subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603 - the machine's programs
                ["/bin/sh", "-c", script, "sh", str(self._programs), *words],
                cwd="/",
                env={"PATH": os.environ.get("PATH", "")},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **account,
            )
        return OpenProcess(child, self._policy.wall.teardown_wall_s)


def _somebody() -> int:
    """PostgreSQL's own account, where there is one. initdb asks for one that has a name."""
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_uid
    raise broken("PostgreSQL refuses to run as root, and there is no account called postgres or nobody.")


class OpenProcess:
    """A script that ends with its standard input."""

    def __init__(self, child: subprocess.Popen[bytes], patience_s: float) -> None:
        self.pid = child.pid
        self._child = child
        self._patience_s = patience_s

    @property
    def gone(self) -> bool:
        """Whether it has ended."""
        return self._child.poll() is not None

    @property
    def code(self) -> int | None:
        """Its exit code."""
        return self._child.returncode

    def kill(self) -> None:
        """Let it end."""
        assert self._child.stdin
        with contextlib.suppress(OSError):
            self._child.stdin.close()

    def bury(self) -> None:
        """Wait until it has ended. Raises GradingBroken."""
        self.kill()
        try:
            self._child.wait(self._patience_s)
        except subprocess.TimeoutExpired as error:
            raise GradingBroken(
                f"A database server still ran after {self._patience_s:g} seconds.",
                where=f"process {self.pid}",
                remedy="End that process by hand.",
            ) from error
