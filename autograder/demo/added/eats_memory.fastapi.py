_eaten = []
while True:
    _eaten.append(bytearray(50_000_000))
