"""Rows as questions to a language model, and its answers as rows."""
