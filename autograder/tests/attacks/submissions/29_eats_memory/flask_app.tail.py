eaten = []
while True:
    try:
        eaten.append(bytearray(b"x" * 20_000_000))
    except MemoryError:
        pass
