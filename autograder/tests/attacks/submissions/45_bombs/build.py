"""A zip in which a hundred members unpack to a gigabyte each, some of them lying about it."""

import struct
import zipfile


def build(folder, facts):
    target = folder / "eve.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(f"{facts.module}.py", facts.base)
        with archive.open("big.txt", "w", force_zip64=True) as member:
            for _ in range(400):
                member.write(bytes(1_000_000))
        for number in range(300):
            archive.writestr(f"f{number}.txt", bytes(999_000))
    data = target.read_bytes().replace(struct.pack("<L", 999_000), struct.pack("<L", 10))
    target.write_bytes(data)
    (folder / f"{facts.module}.py").unlink()
    return target
