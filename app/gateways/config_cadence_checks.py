"""What shapes cannot see about the cadence: areas, regions and people that are not there, days that have no say."""

from collections.abc import Iterator

from app.domain.cadence import Rule
from app.gateways.config_document import Document
from app.gateways.config_errors import ConfigError
from app.gateways.config_words import nearest


def check(program: Document) -> list[ConfigError]:
    """All mistakes about when and with whom the program meets."""
    return [*_unknown(program), *_strangers(program), *_twice(program), *_review_day(program), *_night(program)]


def _unknown(program: Document) -> Iterator[ConfigError]:
    known = {
        "area": [str(trail[1]) for trail, _ in program.each("areas/*", object)],
        "region": [region for _, region in program.each("regions/*", str)],
    }
    for what, words in known.items():
        for trail, _ in program.each(f"cadence/{what}s/*", object):
            if words and trail[2] not in words:
                cure = nearest(str(trail[2]), words, f"the {what}s")
                yield program.at(trail, f"there is no {what} `{trail[2]}`", cure, key=True)


def _strangers(program: Document) -> Iterator[ConfigError]:
    people = [str(trail[1]) for trail, _ in program.each("people/*", object)]
    for trail, handle in program.each("cadence/meetings/*/audience/*", str):
        if people and handle.casefold() not in {person.casefold() for person in people}:
            yield program.at(trail, f"`{handle}` is not among the people", nearest(handle, people, "the people"))


def _twice(program: Document) -> Iterator[ConfigError]:
    for kind in ("arr_driver", "leaders"):
        seen: set[str] = set()
        for trail, week in program.texts("cadence", "meetings", kind, "weeks"):
            if week in seen:
                yield program.at(trail, f"the week `{week}` is there already", "keep one of them")
            seen.add(week)


def _review_day(program: Document) -> Iterator[ConfigError]:
    """Two weeks after the pod is the pod's weekday."""
    review = ("cadence", "meetings", "pm_review")
    rule = program.text(*review, "rule") or program.text("cadence", "rule") or Rule.QUARTER_WEEKS
    if rule == Rule.QUARTER_WEEKS and program.text(*review, "day"):
        message = "the PM review has no day of its own: it is two weeks after the pod"
        yield program.at((*review, "day"), message, "leave `day` out, or write `rule: nth_weekday` beside it", key=True)


def _night(program: Document) -> Iterator[ConfigError]:
    begins = program.text("cadence", "night", "begins") or "22:00"
    if begins == (program.text("cadence", "night", "ends") or "07:00"):
        message = f"the night begins and ends at {begins}"
        yield program.at(
            ("cadence", "night"), message, 'write when it begins and when it ends, like "22:00" and "07:00"'
        )
