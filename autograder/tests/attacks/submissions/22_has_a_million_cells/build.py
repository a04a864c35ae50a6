"""A notebook of a million cells."""

import json


def build(folder, facts):
    (folder / "cloakroom.ipynb").write_bytes(b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [' + b'{"cell_type": "code"},' * 1_000_000 + b"{}]}")
