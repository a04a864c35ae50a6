import ctypes

SET_NAME, SET_DUMPABLE = 15, 4
libc = ctypes.CDLL(None)
libc.prctl(SET_NAME, b"\xff\xfe)\n\xff", 0, 0, 0)
libc.prctl(SET_DUMPABLE, 0, 0, 0, 0)
