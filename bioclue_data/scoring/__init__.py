"""Scores of a file of predictions, on all items, on clean and on leaked ones, with intervals."""
