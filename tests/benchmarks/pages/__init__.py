"""Scripts that a benchmark runs in a page, beside what it measures."""
