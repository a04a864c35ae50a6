import os

while True:
    os.write(1, b"ha" * 30_000)
    os.write(2, b"ho" * 30_000)
