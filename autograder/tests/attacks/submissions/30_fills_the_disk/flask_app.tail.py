import os

from probing import Probe

probe = Probe()


def flood(place):
    for number in range(400):
        with open(f"{place}/@TOKEN@-{number}", "wb") as file:
            file.write(bytes(1 << 20))
    return True


def sparse():
    with open("sparse", "wb") as file:
        file.truncate(1 << 40)
    return os.path.getsize("sparse") > 1 << 30


def deep():
    os.chdir("/tmp")
    for _ in range(3000):
        os.mkdir("d")
        os.chdir("d")
    return False


def links():
    for number in range(100):
        os.link("/submission/flask_app.py", f"/tmp/l{number}")
    return True


for place in ("/tmp", ".", "/dev/shm", "/var", "/", "@TMP@", "@HOME@"):
    probe(place, lambda: flood(place))
probe("a sparse terabyte", sparse)
probe("hard links out", links)
probe("a deep tree", deep)
os.chdir("/home/app")
for place in ("/tmp", ".", "/dev/shm"):
    for name in os.listdir(place):
        if name.startswith("@TOKEN@"):
            os.remove(os.path.join(place, name))
probe.tell()
