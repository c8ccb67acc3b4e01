"""The rules of the program: values in, values out. No input, no output, no clock, no logging."""
