"""Scores of predictions: each metric counts one item at a time, then makes scores of the sums.

Rows are dicts as tables give them; a prediction is the gold's row with the gold columns replaced.
"""
