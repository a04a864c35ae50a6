"""The plates and the exposures; refusals as plain data."""

ROWS = {
    "M13": ("09:00", "23:30"),
    "M31": ("14:00", "06:00"),
    "M42": ("20:30", "07:00"),
    "M45": ("16:30", "08:00"),
    "M57": ("10:30", "01:00"),
    "Moon": ("17:15", "05:45"),
    "Vega": ("08:00", "00:30"),
    "Venus": ("04:10", "16:40"),
}


class OverexposedError(Exception):
    pass


def is_up(name, hour):
    rises, sets = ROWS[name]
    return rises <= hour < sets if rises < sets else hour < sets or rises <= hour


class Desk:
    def __init__(self, site, plates):
        self.site = site
        self.plates = plates
        self.taken = {}

    @property
    def left(self):
        return self.plates - len(self.taken)

    def problem(self, name, hour):
        """Why there will be no exposure, as words and facts; None when there will."""
        if name not in ROWS:
            return "unknown target", {"target": name}
        if not is_up(name, hour):
            return "not up", {"target": name, "rises": ROWS[name][0]}
        if self.left <= 0:
            return "no plates", {"of": self.plates}
        return None

    def expose(self, name, seconds, entry):
        entry.note("shutter opened")
        try:
            if name == "Moon":
                raise OverexposedError
        finally:
            entry.note("shutter closed")
        number = len(self.taken) + 1
        self.taken[number] = (number, name, seconds, entry)
        return self.taken[number]
