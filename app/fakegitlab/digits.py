"""Ids and other numbers in what callers write."""


def read_number(text: str) -> int | None:
    """Decimal ASCII digits, at most a 64-bit id's; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None
