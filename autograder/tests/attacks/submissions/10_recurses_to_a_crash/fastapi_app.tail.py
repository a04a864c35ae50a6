import sys
import threading

sys.setrecursionlimit(10**9)
threading.stack_size(64 << 20)


class Deep:
    def __getattr__(self, name):
        return getattr(self, name + "x")


def dive(depth=0):
    return dive(depth + 1) + eval("dive(0)") if depth % 2 else [*map(dive, [depth + 1])]


def deep():
    thing = ()
    for _ in range(3_000_000):
        thing = (thing,)
    return repr(thing)


deep()
dive()
