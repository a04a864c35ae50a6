"""The command line: one file of words for each kind of user."""
