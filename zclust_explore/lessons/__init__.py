"""Lessons: widgets that teach deep embedded clustering, each with a file that asks before it shows."""
