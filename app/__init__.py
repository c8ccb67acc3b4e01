"""Sounding Board: GitLab's native issue boards as a customer-feedback program."""
