"""A learner's way through the course: what they did, what is next, what helps."""
