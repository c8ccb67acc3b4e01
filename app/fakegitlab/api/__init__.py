"""REST v4 over the world's rules."""
