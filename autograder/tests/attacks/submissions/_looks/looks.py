"""Says what a hand-in finds around it, so that one that ran after an attack can be compared with a first one."""

import builtins
import gc
import hashlib
import json
import locale
import operator
import os
import random
import resource
import secrets
import signal
import sys
import threading
import time
import uuid
import warnings


def digest(value):
    return hashlib.sha256(repr(value).encode()).hexdigest()[:12]


def code_of(thing):
    thing = getattr(thing, "__func__", thing)
    code = getattr(thing, "__code__", None)
    return digest(code.co_code + repr(code.co_names).encode()) if code else type(thing).__name__


def app_for(framework):
    app = framework(__name__) if framework.__module__.startswith("flask") else framework()
    methods = [name for name in dir(framework) if callable(getattr(framework, name)) and "__" not in name]
    seen = {
        "environment": sorted(os.environ.items()),
        "directory": os.getcwd(),
        "umask": oct(os.umask(0o022)),
        "files": sorted(name for name in os.listdir(".") if name not in ("__pycache__",)),
        "tmp": sorted(os.listdir("/tmp")),
        "shm": sorted(os.listdir("/dev/shm")),
        "descriptors": len(os.listdir("/proc/self/fd")),
        "threads": threading.active_count(),
        "processes": len([name for name in os.listdir("/proc") if name.isdigit()]),
        "signals": digest([(n, getattr(signal.getsignal(n), "__name__", str(signal.getsignal(n)))) for n in range(1, 65) if n not in (32, 33)]),
        "limits": [resource.getrlimit(n) for n in range(resource.RLIM_NLIMITS)] if hasattr(resource, "RLIM_NLIMITS") else [resource.getrlimit(n) for n in range(16)],
        "nice": os.nice(0),
        "cores": sorted(os.sched_getaffinity(0)),
        "locale": locale.setlocale(locale.LC_ALL),
        "zone": time.tzname,
        "filters": len(warnings.filters),
        "finders": [str(getattr(each, "__name__", type(each).__name__)) for each in sys.meta_path],
        "hooks": [len(sys.path_hooks), sys.gettrace(), sys.getprofile(), sys.excepthook.__module__],
        "path": sys.path,
        "switch": sys.getswitchinterval(),
        "recursion": sys.getrecursionlimit(),
        "garbage": gc.get_threshold(),
        "json": [code_of(json.loads), code_of(json.dumps)],
        "builtins": digest(sorted((n, type(v).__name__) for n, v in vars(builtins).items() if n not in ("copyright", "credits", "license", "exit", "quit", "help", "_"))),
        "equal": operator.eq(1, 2) or len([1]) != 1,
        "framework": digest([(name, code_of(getattr(framework, name))) for name in methods]),
        "user": os.getuid() != 0,
        "drawn-random": random.random(),
        "drawn-secret": secrets.token_hex(4),
        "drawn-uuid": str(uuid.uuid4()),
    }
    for name, value in seen.items():
        told = value if name in ("umask", "descriptors", "threads", "processes", "tmp", "shm", "files") else digest(value)
        print(f"SEES {name}={told}", flush=True)
    return app
