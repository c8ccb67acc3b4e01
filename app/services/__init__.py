"""The work: read, decide, word, write. Each service asks for what it needs by Protocol."""
