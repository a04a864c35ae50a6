"""Two gigabytes of zeros as a tar.gz of two megabytes, streams behind streams."""

import gzip


def build(folder, facts):
    target = folder / "eve.tar.gz"
    megabyte = gzip.compress(bytes(16_000_000), 9)
    target.write_bytes(megabyte * 130)
    (folder / f"{facts.module}.py").unlink()
    return target
