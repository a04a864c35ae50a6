while True:
    print("ha" * 100_000)
