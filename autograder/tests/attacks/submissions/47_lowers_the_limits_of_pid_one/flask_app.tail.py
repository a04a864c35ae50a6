import resource

for name in dir(resource):
    if name.startswith("RLIMIT_"):
        try:
            resource.prlimit(1, getattr(resource, name), (0, 0))
        except (OSError, ValueError):
            pass
