"""Finds mentions of labels that the taxonomy does not have, wherever the program's own files speak of labels.

Read are the templates (shipped and the installation's), people's issue templates beside the configuration, and
program.yml.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.domain.issue_template import FOLDER, NAME
from app.domain.references import references, written
from app.gateways.config_document import Document
from app.gateways.config_errors import ConfigError, ConfigInvalid
from app.gateways.config_label_checks import live_labels
from app.gateways.config_load import PROGRAM, TAXONOMY
from app.gateways.config_words import nearest
from app.gateways.config_yaml import parse, read

_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_FILLED_IN = "\x00"
"""Stands for each character that Jinja will replace: nobody can say here what comes out."""
_ACTION = re.compile(r"[ \t]{0,3}/(?:label|unlabel|relabel|remove_label|labels)\b")


@dataclass(frozen=True, slots=True)
class _Known:
    """The titles there are, and what earlier ones are called now."""

    titles: tuple[str, ...]
    renamed: Mapping[str, str]

    def judged(self, title: str) -> tuple[str, str] | None:
        """What is wrong with a mention of this title, and its cure; None where nothing is."""
        if title in self.titles:
            return None
        if new := self.renamed.get(title):
            return f"the label `{title}` is called `{new}` now", f"write {written(new, quoted=True) or new}"
        message = f"there is no label `{title}` in {TAXONOMY}"
        return message, nearest(title, self.titles, "the labels")


def mentions(directory: Path, templates: Sequence[Path]) -> Iterator[ConfigError]:
    """Every mention that leads to no label, with its place. `templates` are directories of Jinja templates.

    Where the taxonomy cannot be read at all there is nothing to compare with; its own errors tell that.
    """
    known = _known(directory)
    if known is None:
        return
    for root in dict.fromkeys(path.resolve() for path in templates):
        for path in sorted(root.rglob("*.j2")):
            yield from _in_file(path, f"templates/{path.relative_to(root).as_posix()}", known)
    for path in sorted((directory / FOLDER).glob("*.md")):
        if path.stem == NAME or path.stem.startswith(f"{NAME} - "):
            continue  # `apply` makes these anew when a label is renamed, and that is after the check
        yield from _in_file(path, f"{FOLDER}/{path.name}", known)
    yield from _in_file(directory / PROGRAM, PROGRAM, known)


def _known(directory: Path) -> _Known | None:
    try:
        document, _ = parse(TAXONOMY, read(directory, TAXONOMY))
    except ConfigInvalid:
        return None
    return _of(document) if document else None


def _of(taxonomy: Document) -> _Known:
    titles: list[str] = []
    renamed: dict[str, str] = {}
    for trail, label in live_labels(taxonomy):
        if isinstance(title := label.get("title"), str):
            titles.append(title)
            renamed |= {old: title for _, old in taxonomy.texts(*trail, "previously")}
    return _Known(tuple(titles), renamed)


def _in_file(path: Path, name: str, known: _Known) -> Iterator[ConfigError]:
    """What cannot be read is told by whoever needs the file."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return
    if path.suffix == ".j2":
        text = _JINJA.sub(lambda found: re.sub(r"[^\n]", _FILLED_IN, found[0]), text)
    for at, title in _mentioned(text):
        if wrong := known.judged(title):
            line_start = text.rfind("\n", 0, at) + 1
            yield ConfigError(name, text.count("\n", 0, at) + 1, at - line_start + 1, *wrong)


def _mentioned(text: str) -> Iterable[tuple[int, str]]:
    """Titles with their places: in quotes, with a scope, or after `/label`. Other `~words` may be anything."""
    actions = {number for number, line in enumerate(text.split("\n")) if _ACTION.match(line)}
    for found in references(text):
        if found.project or _FILLED_IN in found.title or text[found.end : found.end + 1] == _FILLED_IN:
            continue
        if found.quoted or "::" in found.title or text.count("\n", 0, found.start) in actions:
            yield found.start, found.title
