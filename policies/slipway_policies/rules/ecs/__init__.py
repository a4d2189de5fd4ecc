"""Clusters, task definitions, services, and what ties them together."""
