"""Days on which a place does not work, and counting by those on which it does ("T-5 business days")."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import holidays

DAY = timedelta(days=1)
_SATURDAY = 5
_ANY_YEAR = 2026
_FAR = 400
"""Days after which somebody who looks for a working day gives up: a place that works on none."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody works: a time zone by IANA name, public holidays by country or `COUNTRY-SUBDIVISION` (ISO 3166,
    as in `US` or `DE-BY`), and days off of its own.
    """

    timezone: str | None = None
    holidays: tuple[str, ...] = ()
    days_off: frozenset[date] = frozenset()

    def off(self, day: date) -> str | None:
        """Why nobody works here on this day, in a word or two; None on other days. Weekends are told apart."""
        if day in self.days_off:
            return "a day off"
        return next((name for code in self.holidays if (name := _public(code, day.year).get(day))), None)


@cache
def _public(code: str, year: int) -> Mapping[date, str]:
    country, _, subdivision = code.partition("-")
    found = holidays.country_holidays(country, subdiv=subdivision or None, years=year, language="en_US")
    return dict(found.items())


def holidays_known(code: str) -> bool:
    """Whether a place may have this code for its public holidays."""
    try:
        _public(code, _ANY_YEAR)
    except NotImplementedError:
        return False
    return True


def known_holidays() -> frozenset[str]:
    """Every such code. Slow: all countries are looked up."""
    countries = holidays.list_supported_countries()
    return frozenset(countries) | {f"{country}-{part}" for country, parts in countries.items() for part in parts}


def weekend(day: date) -> bool:
    """Whether this is a Saturday or a Sunday."""
    return day.weekday() >= _SATURDAY


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Business days of several places together: neither weekend nor day off in any of them."""

    places: tuple[Place, ...] = ()

    def why_off(self, day: date) -> str | None:
        """Why this is no working day; None when it is one."""
        return "the weekend" if weekend(day) else next((why for place in self.places if (why := place.off(day))), None)

    def works(self, day: date) -> bool:
        """Whether this is a working day."""
        return self.why_off(day) is None

    def before(self, day: date, count: int) -> date:
        """The working day `count` working days before a day. Of 0: the day itself, or the last working day before."""
        return self._found(day, count, -DAY)

    def after(self, day: date, count: int) -> date:
        """The working day `count` working days after a day. Of 0: the day itself, or the next working day."""
        return self._found(day, count, DAY)

    def between(self, first: date, last: date) -> int:
        """How many working days there are after `first`, up to `last` and with it."""
        return sum(self.works(first + number * DAY) for number in range(1, (last - first).days + 1))

    def _found(self, day: date, count: int, step: timedelta) -> date:
        found, left, looked = day, count, 0
        while left or not self.works(found):
            found += step
            looked += 1
            left -= 1 if left and self.works(found) else 0
            if looked > _FAR + count * 7:
                return day
        return found


def together(places: Iterable[Place]) -> WorkingDays:
    """The working days that all these places share."""
    return WorkingDays(tuple(dict.fromkeys(places)))
