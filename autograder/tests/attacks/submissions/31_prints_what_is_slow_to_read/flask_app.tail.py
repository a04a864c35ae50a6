import sys

# 100 kB of line ends, under every limit: whoever searches them with a careless pattern is busy for minutes.
sys.stderr.write("x" + "\n" * 100_000 + "Traceback (most recent call last):\n" + '  File "' * 2000 + "\n" + " \t" * 5000 + "x")
sys.stderr.flush()
raise SystemExit(1)
