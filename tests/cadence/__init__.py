"""When the program meets."""
