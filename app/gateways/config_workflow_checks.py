"""What shapes cannot see about the workflow: statuses, moves and requirements that name each other."""

from collections.abc import Iterator

from app.gateways.config_document import Document, Trail
from app.gateways.config_errors import ConfigError
from app.gateways.config_label_checks import now_called, renamed_titles
from app.gateways.config_words import nearest

ANY = "any"
"""In `from` and `to`: every status."""


def check(taxonomy: Document, program: Document) -> list[ConfigError]:
    """All mistakes about the board and its moves."""
    statuses = [title for _, title in taxonomy.each("workflow/statuses/*/label", str)]
    errors = [*_statuses(taxonomy, statuses), *_ids(taxonomy), *_requirements(taxonomy), *_areas(taxonomy, program)]
    if statuses:
        errors += list(_ends(taxonomy, statuses)) or list(_unreachable(taxonomy, statuses))
    return errors


def _statuses(taxonomy: Document, statuses: list[str]) -> Iterator[ConfigError]:
    labels = [title for _, title in taxonomy.each("scopes/status/labels/*/title", str)]
    renamed = renamed_titles(taxonomy)
    for trail, title in taxonomy.each("workflow/statuses/*/label", str):
        if title not in labels:
            message = f"the status `{title}` is not a label of the scope `status`"
            yield taxonomy.at(
                trail, message, now_called(title, renamed) or nearest(title, labels, "the labels of the scope")
            )
        elif statuses.index(title) != trail[2]:
            yield taxonomy.at(trail, f"the status `{title}` is there twice", "keep one of them")
    for trail, title in taxonomy.each("scopes/status/labels/*/title", str):
        told = any(renamed.get(status) == title for status in statuses)
        if statuses and title not in statuses and not told:
            message = f"the label `{title}` is no status of the workflow"
            yield taxonomy.at(trail, message, "add it to `statuses` in `workflow`, or remove the label")


def _ends(taxonomy: Document, statuses: list[str]) -> Iterator[ConfigError]:
    start, renamed = taxonomy.text("workflow", "start"), renamed_titles(taxonomy)
    if start is not None and start not in statuses:
        cure = now_called(start, renamed) or nearest(start, statuses, "the statuses")
        yield taxonomy.at(("workflow", "start"), f"the workflow starts in `{start}`, and there is no such status", cure)
    for trail, move in taxonomy.each("workflow/moves/*", dict):
        for key, way in (("from", "from"), ("to", "to")):
            for at, title in taxonomy.texts(*trail, key):
                if title not in (*statuses, ANY):
                    message = f"{_called(move)} goes {way} `{title}`, and there is no such status"
                    cure = now_called(title, renamed) or nearest(title, [*statuses, ANY], "the statuses")
                    yield taxonomy.at(at, message, cure)


def _unreachable(taxonomy: Document, statuses: list[str]) -> Iterator[ConfigError]:
    start = taxonomy.text("workflow", "start")
    if start not in statuses:
        return
    reached, before = {start}, set[str]()
    while reached != before:
        before = set(reached)
        for trail, _ in taxonomy.each("workflow/moves/*", dict):
            sources, targets = _titles(taxonomy, trail, "from"), _titles(taxonomy, trail, "to")
            if [ANY] not in (sources, targets) or sources != targets:
                found = ANY in sources or reached & set(sources)
                reached |= set(statuses if ANY in targets else targets) if found else set()
    for trail, title in taxonomy.each("workflow/statuses/*/label", str):
        if title not in reached:
            message = f"no move leads from `{start}` to the status `{title}`"
            yield taxonomy.at(trail, message, "add a move to it, or remove the status")


def _titles(taxonomy: Document, trail: Trail, key: str) -> list[str]:
    return [title for _, title in taxonomy.texts(*trail, key)]


def _ids(taxonomy: Document) -> Iterator[ConfigError]:
    seen: dict[str, Trail] = {}
    for trail, name in taxonomy.each("workflow/moves/*/id", str):
        if seen.setdefault(name, trail) != trail:
            line = taxonomy.values[seen[name]][0]
            yield taxonomy.at(trail, f"there is a move {name} already, on line {line}", "give this one another id")


def _requirements(taxonomy: Document) -> Iterator[ConfigError]:
    items = [str(trail[1]) for trail, _ in taxonomy.each("items/*", object)]
    lists = (
        *((*trail, key) for trail, _ in taxonomy.each("workflow/statuses/*", dict) for key in ("requires", "asks")),
        *((*trail, "requires") for trail, _ in taxonomy.each("workflow/moves/*", dict)),
    )
    for trail in lists:
        for at, item in taxonomy.texts(*trail):
            if items and item not in items:
                yield taxonomy.at(at, f"there is no item `{item}`", nearest(item, items, "the items"))


def _areas(taxonomy: Document, program: Document) -> Iterator[ConfigError]:
    areas = [str(trail[1]) for trail, _ in program.each("areas/*", object)]
    for pattern in ("workflow/moves/*/mode_by_area/*", "rules/*/mode_by_area/*"):
        for trail, _ in taxonomy.each(pattern, object):
            area = str(trail[-1])
            if areas and area not in areas:
                cure = nearest(area, areas, "the areas")
                yield taxonomy.at(trail, f"there is no area `{area}` in program.yml", cure, key=True)


def _called(move: dict[str, object]) -> str:
    return f"the move {move['id']}" if isinstance(move.get("id"), str) else "this move"
