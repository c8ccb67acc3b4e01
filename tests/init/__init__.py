"""Beginning a program: `init`, the files it writes, the ten-minute path."""
