"""Reads course.toml and computes every path of the four trees."""

from __future__ import annotations

from autograder.catalog.handout import handout
from autograder.catalog.load import Catalog, load
from autograder.catalog.model import Course, Part, Topic
from autograder.catalog.places import Places
from autograder.catalog.root import find_root

__all__ = ["Catalog", "Course", "Part", "Places", "Topic", "find_root", "handout", "load"]
