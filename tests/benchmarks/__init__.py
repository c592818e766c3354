"""Benchmarks: each module has a table() that returns the text to print; none asserts on wall time."""
