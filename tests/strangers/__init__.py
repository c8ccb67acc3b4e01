"""Clients of GitLab that we did not write, unmodified, at work in the stand-in."""
