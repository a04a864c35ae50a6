"""The brief's examples."""

from __future__ import annotations

from autograder.checks import Api


def test_two_hours(api: Api) -> None:
    """Two hours cost 300 pence."""
    api.get("/price?hours=2").expect(200, json={"pence": 300})


def test_the_label_of_ada(api: Api) -> None:
    """The label of `Ada` is `adA`."""
    api.get("/label/Ada").expect(200, json={"label": "adA"})
