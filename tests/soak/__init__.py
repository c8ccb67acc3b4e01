"""Long lives in short time: the clock is an argument."""
