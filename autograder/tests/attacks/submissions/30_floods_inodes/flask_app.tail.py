for number in range(10_000_000):
    open(f"/tmp/{number}", "x").close()
