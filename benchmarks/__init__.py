"""Measurements of what growth costs, each beside a baseline in the same run."""
