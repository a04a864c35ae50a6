"""The plates and the sky; knows neither Flask nor the log."""

from collections import namedtuple

Exposure = namedtuple("Exposure", "number target seconds taken entry")
Row = namedtuple("Row", "name rises sets")

SKY = [
    Row(*line.split())
    for line in """\
M13 09:00 23:30
M31 14:00 06:00
M42 20:30 07:00
M45 16:30 08:00
M57 10:30 01:00
Moon 17:15 05:45
Vega 08:00 00:30
Venus 04:10 16:40""".splitlines()
]


class OverexposedError(Exception):
    pass


class UnknownTarget(LookupError):
    pass


class UnknownExposure(LookupError):
    pass


class NotUp(ValueError):
    pass


class NoPlates(ValueError):
    pass


def is_up(row, now):
    hour = f"{now:%H:%M}"
    if row.sets > row.rises:
        return row.rises <= hour < row.sets
    return hour < row.sets or hour >= row.rises


class Exposures(list):
    def __init__(self, plates):
        super().__init__()
        self.plates = plates

    @property
    def left(self):
        return self.plates - len(self)

    def numbered(self, number):
        if 1 <= number <= len(self):
            return self[number - 1]
        raise UnknownExposure(number)

    def judge(self, name, now):
        for row in SKY:
            if row.name == name:
                break
        else:
            raise UnknownTarget(name)
        if not is_up(row, now):
            raise NotUp(row)
        if not self.left:
            raise NoPlates(self.plates)

    def expose(self, name, seconds, now, entry):
        if name == "Moon":
            raise OverexposedError(name)
        self.append(Exposure(len(self) + 1, name, seconds, now, entry))
        return self[-1]
