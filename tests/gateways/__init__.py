"""The doors to the outside, tested at the wire."""
