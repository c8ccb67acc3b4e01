"""The faces: they parse, call and answer, and decide nothing."""
