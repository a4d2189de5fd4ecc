"""Follows a release to its end: whether it is live, and why not."""
