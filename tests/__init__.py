"""The tests tell what a user did and what they saw; each of them can fail."""
