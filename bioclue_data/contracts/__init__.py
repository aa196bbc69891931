"""Contracts: schemas as data, the rules of rows, and the checker."""
