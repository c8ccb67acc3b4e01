"""A whole program by plan and apply, with the real commands."""
