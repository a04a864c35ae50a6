def unfinished(
