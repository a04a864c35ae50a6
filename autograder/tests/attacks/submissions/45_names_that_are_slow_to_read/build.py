"""Names of 60 kB each: whoever compares them with a careless pattern is busy for hours."""

import io
import tarfile


def build(folder, facts):
    target = folder / "eve.tar"
    with tarfile.open(target, "w", format=tarfile.GNU_FORMAT) as archive:
        for name in (f"{facts.module}.py", *(f"{number}{char * 60_000}x.py" for number in range(10) for char in "- _(")):
            data = facts.base.encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    (folder / f"{facts.module}.py").unlink()
    return target
