import os
import select
import time

# A watch of an epoll stays as long as the file is open under any number: many watches for few descriptors.
# They are the kernel's memory, and the number that one user may have is shared by all of this user's boxes.
FILES, NUMBERS, EPOLLS = 60, 60, 40
files = [os.eventfd(0) for _ in range(FILES)]
epolls = [select.epoll() for _ in range(EPOLLS)]
watches = 0
for file in files:
    numbers = [os.dup(file) for _ in range(NUMBERS)]
    for epoll in epolls:
        for number in numbers:
            epoll.register(number, select.EPOLLIN)
            watches += 1
    for number in numbers:
        os.close(number)
time.sleep(1.5)
print(f"REACHED {watches} watches that nobody counts\nTRIED 1", flush=True)
