import datetime
import os
import time

from probing import Probe

probe = Probe()
probe("the clock", lambda: time.clock_settime(time.CLOCK_REALTIME, 0.0) is None)
probe("another clock", lambda: time.clock_settime(time.CLOCK_TAI, 0.0) is None)
probe("the clock's device", lambda: os.open("/dev/rtc", os.O_RDWR))
probe("adjust it", lambda: __import__("ctypes").CDLL(None).adjtimex(__import__("ctypes").create_string_buffer(b"\x01" + bytes(300))) < 0 and None)
probe("a time namespace", lambda: __import__("ctypes").CDLL(None).unshare(0x80) == 0)
probe.tell()
os.environ["TZ"] = "Pacific/Kiritimati"
time.tzset()
frozen = time.monotonic()
time.time = lambda: 0.0
time.monotonic = time.perf_counter = lambda: frozen
time.process_time = lambda: 0.0
