"""JSON a hundred thousand levels deep, in metadata, outputs and sources."""

import json


def build(folder, facts):
    deep = b"[" * 100_000 + b"]" * 100_000
    (folder / "cloakroom.ipynb").write_bytes(
        b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {"deep": ' + deep + b'}, "cells": [{"cell_type": "code", "source": '
        + deep + b', "metadata": {"nbgrader": ' + deep + b'}, "outputs": ' + deep + b"}]}"
    )
