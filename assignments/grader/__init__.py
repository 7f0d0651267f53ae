"""Grading what students hand in, without running any of it in the grader's own process."""
