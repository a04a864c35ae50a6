"""A small archive of ways with thousands of folders, and of thousands of folders named like the topic."""

import io
import tarfile


def build(folder, facts):
    target = folder / "eve.tar.gz"
    ways = [f"{'a/' * 30_000}{number}.py" for number in range(100)]
    ways += ["b\\" * 30_000 + f"{number}.py" for number in range(100)]
    ways += [f"{number}/exercises/cloakroom/flask_app.txt" for number in range(4000)]
    ways += [f"cloakroom {number}/flask_app.txt" for number in range(4000)]
    with tarfile.open(target, "w:gz", format=tarfile.GNU_FORMAT) as archive:
        for name in (f"exercises/cloakroom/{facts.module}.py", *ways):
            data = facts.base.encode() if name.endswith(f"{facts.module}.py") else b""
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    (folder / f"{facts.module}.py").unlink()
    return target
