"""How fast it is, measured beside something known, in the same run."""
