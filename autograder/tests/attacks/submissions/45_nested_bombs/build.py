"""Zips within zips within zips, and a zip that holds itself by name."""

import io
import zipfile


def build(folder, facts):
    data = bytes(1_000_000)
    for level in range(6):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(10):
                archive.writestr(f"{level}-{number}.zip" if level else f"{number}.txt", data)
            if level == 5:
                archive.writestr(f"{facts.module}.py", facts.base)
        data = out.getvalue()
    (folder / f"{facts.module}.py").unlink()
    target = folder / "eve.zip"
    target.write_bytes(data)
    return target
