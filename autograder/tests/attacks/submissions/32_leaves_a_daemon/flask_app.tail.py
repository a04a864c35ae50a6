import os
import sys

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(3, 4096):
            try:
                os.close(number)
            except OSError:
                pass
        code = "import signal, time\nfor n in range(1, 65):\n  try: signal.signal(n, signal.SIG_IGN)\n  except (OSError, ValueError): pass\ntime.sleep(3600)"
        os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", code, "@TOKEN@"])
    os._exit(0)
os.wait()
