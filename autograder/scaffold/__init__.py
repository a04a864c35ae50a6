"""A topic's first files, and what is known of one: the author's two ways into a topic."""

from __future__ import annotations

from autograder.scaffold.new import new_topic
from autograder.scaffold.sheet import TopicSheet, WrongOne, show_topic

__all__ = ["TopicSheet", "WrongOne", "new_topic", "show_topic"]
