"""Which PostgreSQL this machine has, and what the empty cluster is like that every run begins with."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import shutil
import subprocess
from pathlib import Path

from autograder.errors import GradingBroken

__all__ = [
    "DATABASE",
    "ROLE",
    "SOCKET",
    "first_statements",
    "found_programs",
    "own_statements",
    "programs",
    "settings",
    "version_of",
]

ROLE = "app"
DATABASE = "bank"
"""The only database of a cluster, and the only one that its `pg_hba.conf` lets anybody into, as `ROLE`."""
SOCKET = ".s.PGSQL.5432"

_INSTALLED = Path("/usr/lib/postgresql")
_VERSION_WAIT_S = 30
# Nobody but the role logs in, from nowhere but the socket, to nothing but the database: not the
# superuser either, and no grader's connection that a submission could lie in wait for.
_HBA = f"local {DATABASE} {ROLE} scram-sha-256"
_SETTINGS = """\
listen_addresses = ''
port = 5432
superuser_reserved_connections = 0
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
wal_level = minimal
max_wal_senders = 0
min_wal_size = 2MB
max_wal_size = 16MB
max_worker_processes = 0
max_logical_replication_workers = 0
max_parallel_workers = 0
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
jit = off
shared_buffers = 4MB
huge_pages = off
dynamic_shared_memory_type = mmap
max_files_per_process = 100
temp_file_limit = 32MB
restart_after_crash = off
timezone = 'UTC'
log_timezone = 'UTC'
log_destination = stderr
logging_collector = off
log_checkpoints = off
log_min_messages = log
log_min_error_statement = panic
log_line_prefix = '%b '
"""


def programs() -> Path | None:
    """The folder of PostgreSQL's server programs: on PATH, or Debian's newest; None where there is none."""
    on_path = shutil.which("initdb")
    if on_path and shutil.which("postgres"):
        return Path(on_path).resolve().parent
    found = [path.parent for path in _INSTALLED.glob("*/bin/initdb")]
    return max(found, key=lambda path: int(path.parent.name), default=None)


def found_programs() -> Path:
    """The same. Raises GradingBroken where there is none."""
    found = programs()
    if found is None:
        raise GradingBroken(
            "PostgreSQL's server programs are not installed.",
            where=f"PATH and {_INSTALLED}",
            remedy="Install them (Debian: apt install postgresql; no server needs to run), or unset "
            "COURSE_DATABASE_URL to grade on SQLite.",
        )
    return found


def version_of(folder: Path) -> str:
    """What the server program in ``folder`` calls itself, such as ``postgres (PostgreSQL) 15.4``."""
    done = subprocess.run(  # noqa: S603 - the machine's own program
        [str(folder / "postgres"), "--version"],
        capture_output=True,
        text=True,
        check=False,
        timeout=_VERSION_WAIT_S,
    )
    return done.stdout.strip()


def settings(connections: int) -> tuple[str, str]:
    """The end of `postgresql.conf`, and all of `pg_hba.conf`."""
    return f"{_SETTINGS}max_connections = {connections + 1}\n", f"{_HBA}\n"


def first_statements(password: str, connections: int) -> str:
    """What is said to the new cluster, one statement a line, in the database ``postgres``."""
    return (
        f"CREATE ROLE {ROLE} LOGIN PASSWORD '{_verifier(password)}' CONNECTION LIMIT {connections};\n"
        f"CREATE DATABASE {DATABASE} OWNER {ROLE} TEMPLATE template0;\n"
    )


def own_statements() -> str:
    """What is said next, in the database of its own: from then on it is the only one."""
    statements = [
        f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC",
        "UPDATE pg_catalog.pg_database SET datistemplate = false",
        *(f"DROP DATABASE {name}" for name in ("postgres", "template1", "template0")),
        "CHECKPOINT",
    ]
    return "".join(f"{each};\n" for each in statements)


def _verifier(password: str) -> str:
    """What PostgreSQL stores of a password (RFC 5803). One iteration: it is long, random and short-lived."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 1)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    shown = [base64.b64encode(each).decode() for each in (salt, stored, server)]
    return f"SCRAM-SHA-256$1:{shown[0]}${shown[1]}:{shown[2]}"
