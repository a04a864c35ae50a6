"""What README.md states for the Flask part alone."""

from __future__ import annotations

from autograder.checks import Api, Draw, Reply, assesses, expect, hint, points

K2 = "oars-and-rowlocks-hang-in-the-left-bay-of-the-boathouse"


def board(api: Api, cookie: str) -> Reply:
    """`GET /board` with a cookie."""
    return api.get("/board", headers={"cookie": cookie})


@points(1)
@assesses("authentication-rotation")
@hint("board")
def test_the_boards_cookie_outlives_a_rotation(api: Api, draw: Draw) -> None:
    """The board's cookie is good while the key that signed it is in `APP_KEYS`, first or not."""
    credentials = {
        "email": f"board-{draw.randint(10**6, 10**9)}@club.example",
        "password": f"{draw.random():.17f}",
    }
    api.post("/members", json=credentials).expect(201)
    cookies = api.post("/board/sign-in", json=credentials).expect(204).cookies
    expect(len(cookies) == 1, f"{len(cookies)} cookies came back, not one.")
    cookie = f"{cookies[0].name}={cookies[0].value}"
    board(api, cookie).expect(200, json={"email": credentials["email"]})
    refusal = {"error": "not authenticated"}
    api.get("/board").expect(401, json=refusal)
    name, _, value = cookie.partition("=")
    changed = f"{name}={'A' if value[:1] != 'A' else 'B'}{value[1:]}"
    board(api, changed).expect(401, json=refusal)
    new = f"k3:{draw.getrandbits(200):050x}"
    api.restart(environment={"APP_KEYS": f"{new},k2:{K2}"})
    board(api, cookie).expect(200, json={"email": credentials["email"]})
    api.restart(environment={"APP_KEYS": new})
    board(api, cookie).expect(401, json=refusal)
