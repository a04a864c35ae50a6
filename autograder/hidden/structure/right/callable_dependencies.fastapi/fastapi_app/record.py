"""Log and clock together: what is written down, and when."""

from datetime import datetime, timedelta, timezone


class Entry:
    def __init__(self, record, number, now):
        self.record = record
        self.number = number
        self.now = now
        self.time = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        self.hour = now.strftime("%H:%M")

    def note(self, what):
        self.record.line(f"#{self.number} {what}")


class Record:
    def __init__(self, path, clock, tick):
        self.path = path
        self.next = datetime.fromisoformat(clock) if clock else None
        self.tick = timedelta(seconds=tick)
        self.count = 0
        self.file = None

    def open(self):
        self.file = open(self.path, "a")
        self.line("dome opened")
        self.line("telescope unparked")

    def close(self):
        self.line("telescope parked")
        self.line("dome closed")
        self.file.close()

    def line(self, text):
        self.file.write(text + "\n")
        self.file.flush()

    def entry(self):
        """A dependency as a bound method, in a thread: one object per app, one result per request."""
        now = self.next or datetime.now(timezone.utc)
        if self.next:
            self.next += self.tick
        self.count += 1
        entry = Entry(self, self.count, now)
        entry.note(f"begin {entry.time}")
        try:
            yield entry
        finally:
            entry.note("end")
