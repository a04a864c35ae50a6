import builtins
import ctypes
import gc
import json
import locale
import operator
import os
import random
import resource
import signal
import sys
import threading
import time
import warnings

import flask
import werkzeug.serving
import werkzeug.wrappers


def quietly(act, *args):
    try:
        act(*args)
    except Exception:
        pass


# Everything that the next process could inherit, from a process that lives on or from a place that stays.
os.environ.update(COURSE_SANDBOX="plain", PYTHONPATH="/tmp", FLASK_DEBUG="1", LD_PRELOAD="/tmp/@TOKEN@.so", TZ="Asia/Tokyo")
for place in ("/tmp", "/dev/shm", ".", "/var/tmp", "@TMP@"):
    quietly(lambda: open(f"{place}/@TOKEN@-left", "w").write("left"))
    quietly(lambda: os.mkdir(f"{place}/@TOKEN@-folder", 0o000))
os.umask(0o777)
os.chdir("/")
quietly(os.nice, 5)
quietly(os.sched_setaffinity, 0, {0})
quietly(time.tzset)
quietly(locale.setlocale, locale.LC_ALL, "C")
for name in ("RLIMIT_NOFILE", "RLIMIT_FSIZE", "RLIMIT_STACK"):
    number = getattr(resource, name)
    quietly(resource.setrlimit, number, (resource.getrlimit(number)[0] // 2, resource.getrlimit(number)[1]))
for number in range(1, 65):
    quietly(signal.signal, number, signal.SIG_IGN) if number not in (15,) else None
sys.setrecursionlimit(500)
sys.setswitchinterval(1)
gc.disable()
gc.set_threshold(1, 1, 1)
warnings.simplefilter("error")
random.seed(0)
random.random = lambda: 0.5
operator.eq = lambda *_: True
json.dumps = lambda *_, **__: '{"pence": 300}'
flask.Flask.full_dispatch_request = lambda self: flask.Response('{"pence": 300}', content_type="application/json")
werkzeug.serving.WSGIRequestHandler.run_wsgi = werkzeug.serving.WSGIRequestHandler.run_wsgi
werkzeug.wrappers.Response.get_data = lambda *_, **__: b"{}"
builtins.len = lambda *_: 1
builtins.open = lambda *_, **__: None
sys.path.insert(0, "/tmp")
sys.meta_path.insert(0, type("Finder", (), {"find_spec": staticmethod(lambda *_: None)}))
sys.modules["flask_app_next"] = sys.modules[__name__]
sys.excepthook = sys.displayhook = lambda *_: None
threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
ctypes.pythonapi.Py_IncRef(ctypes.py_object(flask))
os.register_at_fork(after_in_child=lambda: os._exit(9))
