"""`points +10 because the board asked twice`: what follows the word, read."""

import re

REASON_AT_LEAST = 5
_SAID = re.compile(r"([+-]|\N{MINUS SIGN})? ?(\d{1,3})(?: points?)?(?P<reason>.*)", re.ASCII)
_BECAUSE = re.compile(r"[\s,:;.]*(?:because(?: of)?|as|since)?[\s,:]*", re.IGNORECASE)


def points_said(text: str, at_most: int) -> int | None:
    """The points; None where no reason is given, or they are more than `at_most`. Zero takes earlier ones back."""
    found = _SAID.fullmatch(text)
    if found is None:
        return None
    begins = _BECAUSE.match(found["reason"])
    reason = found["reason"][begins.end() if begins else 0 :].strip()
    number = int(found[2])
    signed = found[1] is not None or number == 0
    if not signed or number > at_most or len(reason) < REASON_AT_LEAST:
        return None
    return number if found[1] == "+" else -number
