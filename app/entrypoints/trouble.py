"""Tells of trouble that lasts without flooding the log: at once, at the 2nd, 4th, 8th … time, and when it is over."""

import logging


class Trouble:
    """One thing that can fail many times in a row. Of one thread at a time."""

    def __init__(self, log: logging.Logger, over: str) -> None:
        """`over` is what is said when it is over, with `%d` for how many times it failed."""
        self._log, self._over = log, over
        self._times, self._told = 0, set[str]()

    def met(self, sentence: str) -> None:
        """It failed once more. Another sentence than before is told at once."""
        self._times += 1
        if self._times == 1:
            self._log.error("%s", sentence)
        elif sentence not in self._told or self._times.bit_count() == 1:
            self._log.error("%s (%d times so far)", sentence, self._times)
        self._told.add(sentence)

    def passed(self) -> None:
        """It went well; told where it did not before."""
        if self._times:
            self._log.warning(self._over, self._times)
            self._times = 0
            self._told.clear()
