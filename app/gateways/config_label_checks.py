"""What shapes cannot see about labels: titles against their scopes, against each other, and against the program."""

from collections.abc import Iterable, Iterator, Mapping

from app.domain.ours import PUT_ON_CARDS
from app.domain.program import Tier
from app.domain.taxonomy import scope_of
from app.gateways.config_document import Document, Trail
from app.gateways.config_errors import ConfigError
from app.gateways.config_words import nearest


def check(taxonomy: Document, program: Document) -> list[ConfigError]:
    """All mistakes about labels."""
    titles = list(_titles(taxonomy))
    return [
        *_outside_scope(taxonomy, titles),
        *_twice(taxonomy, titles),
        *_previously(taxonomy, titles),
        *_exclusive(taxonomy, program),
        *_needed(taxonomy, program, [title for _, title in titles]),
        *_routes(taxonomy, [title for _, title in titles]),
        *_in_use(taxonomy),
    ]


def _titles(taxonomy: Document) -> Iterator[tuple[Trail, str]]:
    yield from taxonomy.each("scopes/*/labels/*/title", str)
    yield from taxonomy.each("plain_labels/*/title", str)


def _routes(taxonomy: Document, titles: list[str]) -> Iterator[ConfigError]:
    renamed = renamed_titles(taxonomy)
    for trail, _ in taxonomy.each("routes/*", object):
        title = str(trail[1])
        if title not in titles:
            message = f"the route `{title}` is for no label that there is"
            cure = now_called(title, renamed) or nearest(title, titles, "the labels")
            yield taxonomy.at(trail, message, cure, key=True)


def _outside_scope(taxonomy: Document, titles: Iterable[tuple[Trail, str]]) -> Iterator[ConfigError]:
    for trail, title in titles:
        scope = str(trail[1]) if trail[0] == "scopes" else ""
        if scope_of(title) == scope and (scope or title):
            continue
        if not scope:
            message = f"the label `{title}` has a scope and stands among the plain ones"
            yield taxonomy.at(trail, message, f"move it under `scopes`, to `{scope_of(title)}`")
        else:
            cure = f"name it {scope}::{title.rpartition('::')[2].strip() or '…'}, or move it to its own scope"
            yield taxonomy.at(trail, f"the label `{title}` is not of the scope `{scope}` it stands in", cure)


def _twice(taxonomy: Document, titles: Iterable[tuple[Trail, str]]) -> Iterator[ConfigError]:
    seen: dict[str, tuple[Trail, str]] = {}
    for trail, title in titles:
        first, known = seen.setdefault(title.casefold().strip(), (trail, title))
        if first == trail:
            continue
        line = taxonomy.values[first][0]
        if known == title:
            yield taxonomy.at(trail, f"the label `{title}` is there already, on line {line}", "keep one of them")
        else:
            message = f"the label `{title}` differs from `{known}` on line {line} only by its capitals"
            yield taxonomy.at(trail, message, "keep one of them; people cannot tell them apart")


def renamed_titles(taxonomy: Document) -> dict[str, str]:
    """What earlier titles are called now."""
    found: dict[str, str] = {}
    for trail, label in live_labels(taxonomy):
        if isinstance(title := label.get("title"), str):
            found |= {old: title for _, old in taxonomy.texts(*trail, "previously")}
    return found


def now_called(title: str, renamed: Mapping[str, str]) -> str | None:
    """The cure where somebody writes an earlier title."""
    return f"`{title}` is `previously` of `{renamed[title]}`: write that" if title in renamed else None


def _previously(taxonomy: Document, titles: Iterable[tuple[Trail, str]]) -> Iterator[ConfigError]:
    """A label in use may be replaced only where it replaces another itself: so titles move on, or change places."""
    live = {title: trail for trail, title in titles}
    moving = {str(one.get("title")) for _, one in live_labels(taxonomy) if one.get("previously")}
    claimed: dict[str, Trail] = {}
    for trail, label in list(live_labels(taxonomy)):
        for at, old in taxonomy.texts(*trail, "previously"):
            if old == label.get("title"):
                yield taxonomy.at(at, f"`{old}` cannot replace itself", "write the title it had before")
            elif old in live and old not in moving:
                line = taxonomy.values[live[old]][0]
                message = f"`{old}` cannot be replaced: it is a label in use, on line {line}"
                yield taxonomy.at(at, message, "take it out of `previously`, or remove that label")
            elif claimed.setdefault(old, at) != at:
                line = taxonomy.values[claimed[old]][0]
                yield taxonomy.at(at, f"`{old}` is replaced twice, first on line {line}", "let one label replace it")


def live_labels(taxonomy: Document) -> Iterator[tuple[Trail, dict[str, object]]]:
    """Every label written in the file."""
    yield from taxonomy.each("scopes/*/labels/*", dict)
    yield from taxonomy.each("plain_labels/*", dict)


def _exclusive(taxonomy: Document, program: Document) -> Iterator[ConfigError]:
    for trail, exclusive in taxonomy.each("scopes/*/exclusive", bool):
        if not exclusive and program.text("tier") == Tier.PREMIUM:
            message = f"the scope `{trail[1]}` cannot hold several labels on one card: GitLab Premium keeps only one"
            yield taxonomy.at(trail, message, "leave `exclusive` out, or make them plain labels without `::`")
    status = dict(taxonomy.each("scopes/status", dict)).get(("scopes", "status"), {})
    for key, wanted in (("exclusive", True), ("required", True)):
        if status and status.get(key, key == "exclusive") is not wanted:
            message = f"the scope `status` has to be {key}: every request stands in exactly one column"
            yield taxonomy.at(("scopes", "status", key), message, f"write `{key}: true`")


def _needed(taxonomy: Document, program: Document, titles: list[str]) -> Iterator[ConfigError]:
    for title in PUT_ON_CARDS:
        if title not in titles:
            yield taxonomy.at(
                ("scopes",), f"the label `{title}` is missing; the rules put it on cards", "add it", key=True
            )
    paused = taxonomy.text("paused_label")
    if paused is not None and paused not in titles:
        cure = nearest(paused, titles, "the labels")
        yield taxonomy.at(("paused_label",), f"`{paused}` is not a label of this file", cure)
    yield from _named_alike(taxonomy, program, "area", [(t, str(t[1])) for t, _ in program.each("areas/*", object)])
    yield from _named_alike(taxonomy, program, "region", list(program.each("regions/*", str)))


def _in_use(taxonomy: Document) -> Iterator[ConfigError]:
    """What the workflow and the rules put on cards has no last day: past it, new cards would get an archived label."""
    statuses = [title for _, title in taxonomy.each("workflow/statuses/*/label", str)]
    for trail, label in live_labels(taxonomy):
        title, at = label.get("title"), (*trail, "retire_after")
        if label.get("retire_after") is None:
            continue
        if title in statuses:
            cure = (
                "take `retire_after` out; to end the status, take it out of `workflow` and of the labels, and name it "
                "in `previously` of the status that its cards go to"
            )
            yield taxonomy.at(at, f"`{title}` is a status of the workflow, so it cannot go out of use", cure)
        elif title in PUT_ON_CARDS or title == taxonomy.text("paused_label"):
            yield taxonomy.at(
                at, f"the rules need the label `{title}`, so it cannot go out of use", "take `retire_after` out"
            )


def _named_alike(
    taxonomy: Document, program: Document, kind: str, named: list[tuple[Trail, str]]
) -> Iterator[ConfigError]:
    """Areas and regions of the program have labels of their scope, and the other way round."""
    names = [name for _, name in named]
    labels = {title.rpartition("::")[2]: t for t, title in taxonomy.each(f"scopes/{kind}/labels/*/title", str)}
    for trail, name in named:
        if name not in labels:
            cure = f"add {kind}::{name} to the scope `{kind}` of {taxonomy.file}"
            yield program.at(trail, f"the {kind} `{name}` has no label", cure, key=kind == "area")
    for name, trail in labels.items():
        if names and name not in names:
            message = f"the label `{kind}::{name}` is for a {kind} that {program.file} does not have"
            yield taxonomy.at(trail, message, nearest(name, names, f"the {kind}s there"))
