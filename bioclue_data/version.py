"""The version of code, contracts and data (one number): major = contract, minor = datasets, patch = fixes."""

VERSION = "0.1.0"
