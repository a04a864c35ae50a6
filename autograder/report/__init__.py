"""The report document and its forms for a terminal, a CI server and a feedback page."""
