"""What shapes cannot see about the numbers: orders, sums, and areas that are not there."""

from collections.abc import Iterator
from itertools import pairwise

from app.gateways.config_document import Document, Trail
from app.gateways.config_errors import ConfigError
from app.gateways.config_label_checks import renamed_titles
from app.gateways.config_words import nearest

HUNDRED = 100


def check(taxonomy: Document, program: Document) -> list[ConfigError]:
    """All mistakes about numbers, and about labels of other teams."""
    return [*_orders(taxonomy), *_weights(taxonomy), *_areas(taxonomy, program), *_others(taxonomy)]


def _orders(taxonomy: Document) -> Iterator[ConfigError]:
    for key, upward in (("bands", True), ("band_from", False)):
        numbers = list(taxonomy.each(f"numbers/{key}/*", int))
        for (_, one), (trail, other) in pairwise(numbers):
            if (one >= other) if upward else (one <= other):
                cure = "write them in ascending order, each once" if upward else "write them in descending order"
                yield taxonomy.at(trail, f"`{other}` is out of order in `{key}`", cure)


def _weights(taxonomy: Document) -> Iterator[ConfigError]:
    weights = [weight for _, weight in taxonomy.each("numbers/weights/*", int)]
    if len(weights) == 4 and sum(weights) != HUNDRED:
        message = f"the weights add up to {sum(weights)}"
        yield taxonomy.at(("numbers", "weights"), message, "make them add up to 100", key=True)


def _areas(taxonomy: Document, program: Document) -> Iterator[ConfigError]:
    areas = [str(trail[1]) for trail, _ in program.each("areas/*", object)]
    for trail, _ in taxonomy.each("numbers/candidates_by_area/*", object):
        if areas and trail[-1] not in areas:
            cure = nearest(str(trail[-1]), areas, "the areas")
            yield taxonomy.at(trail, f"there is no area `{trail[-1]}`", cure, key=True)


def _others(taxonomy: Document) -> Iterator[ConfigError]:
    """Our own labels are put on and taken off by rules; what is never taken off again has to be somebody else's."""
    own = {
        title
        for pattern in ("scopes/*/labels/*", "plain_labels/*")
        for _, title in taxonomy.each(f"{pattern}/title", str)
    }
    renamed = renamed_titles(taxonomy)
    labels: list[Trail] = [t for p in ("scopes/*/labels/*", "plain_labels/*") for t, _ in taxonomy.each(p, dict)]
    for trail in labels:
        for at, title in taxonomy.texts(*trail, "also_apply"):
            if title in own:
                message = f"`{title}` is a label of this file, and would never be taken off again"
                yield taxonomy.at(at, message, "name labels of other teams only")
            elif title in renamed:
                message = f"`{title}` is an earlier title of `{renamed[title]}`, and `apply` would merge it into that"
                yield taxonomy.at(at, message, "name labels of other teams only")
            elif "," in title or title != title.strip():
                yield taxonomy.at(at, f"`{title}` has a comma or outer spaces", "write the title as GitLab shows it")
