"""Finds mentions of labels that the taxonomy does not have, wherever the program's own files speak of labels.

Read are the templates (shipped and the installation's), people's issue templates beside the configuration, and
program.yml.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from app.domain.issue_template import FOLDER, NAME
from app.domain.references import references, shown, written
from app.gateways.config_document import Document
from app.gateways.config_errors import ConfigError, ConfigInvalid
from app.gateways.config_label_checks import live_labels, renamed_titles
from app.gateways.config_load import PROGRAM, TAXONOMY
from app.gateways.config_words import nearest
from app.gateways.config_yaml import parse, read

_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_FILLED_IN = "\x00"
"""Stands for each character that Jinja will replace: nobody can say here what comes out."""
_ALMOST = 0.85
"""From this likeness on (difflib) a word is a label's title with a slip of the pen."""
_ACTION = re.compile(r"[ \t]{0,3}/(?:label|unlabel|relabel|remove_label|labels)\b")


@dataclass(frozen=True, slots=True)
class _Known:
    """The titles there are, and what earlier ones are called now."""

    titles: tuple[str, ...]
    renamed: Mapping[str, str]

    def judged(self, title: str, *, surely: bool) -> tuple[str, str] | None:
        """What is wrong with a mention of this title, and its cure; None where nothing is.

        What is not `surely` a mention of a label is one where it is almost one that there is, or was.
        """
        if title in self.titles:
            return None
        if new := self.renamed.get(title):
            return f"the label `{title}` is called `{new}` now", f"write {written(new, quoted=True) or new}"
        if not surely and not get_close_matches(title, self.titles, n=1, cutoff=_ALMOST):
            return None
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
    titles = (label.get("title") for _, label in live_labels(taxonomy))
    return _Known(tuple(title for title in titles if isinstance(title, str)), renamed_titles(taxonomy))


def _in_file(path: Path, name: str, known: _Known) -> Iterator[ConfigError]:
    """What cannot be read is told by whoever needs the file."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return
    if path.suffix == ".j2":
        text = _JINJA.sub(lambda found: re.sub(r"[^\n]", _FILLED_IN, found[0]), text)
    for at, title, surely in _mentioned(text):
        if wrong := known.judged(title, surely=surely):
            line_start = text.rfind("\n", 0, at) + 1
            yield ConfigError(name, text.count("\n", 0, at) + 1, at - line_start + 1, *wrong)


def _mentioned(text: str) -> Iterable[tuple[int, str, bool]]:
    """Titles with their places, and whether it is surely one: in quotes, with a scope, or after a `/label` that is not
    in code. Other `~words` may be anything.
    """
    actions = {number for number, line in enumerate(shown(text).split("\n")) if _ACTION.match(line)}
    for found in references(text):
        if found.project or _FILLED_IN in found.title or text[found.end : found.end + 1] == _FILLED_IN:
            continue
        surely = found.quoted or "::" in found.title or text.count("\n", 0, found.start) in actions
        yield found.start, found.title, surely
