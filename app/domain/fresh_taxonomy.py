"""A new program's `label_taxonomy.yml`: the shipped one with the areas, themes and regions that were chosen.

It is cut and joined as text, so that every comment and every blank line stays. What it relies on is the layout of the
shipped file: scopes are indented by two, their labels by six, plain labels by two.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from app.domain.fresh_program import FreshProgram, scalar
from app.domain.program import Area

_PAGES = re.compile(r" The pages docs/labels\.md and docs/workflow\.md are made from it\.")
_SINCE = re.compile(r"^(  effective_from: ).*$", re.MULTILINE)
_SCOPE = re.compile(r"^  ([a-z][^\s#]*):$", re.MULTILINE)
_LABEL = re.compile(r"^      - title: (.+)$", re.MULTILINE)
_PLAIN_LABEL = re.compile(r"^  - title: (.+)$", re.MULTILINE)
_COLOR = re.compile(r'color: "(#[0-9a-f]{6})"')

REGION_COLOR, ALSO_COLOR = "#7a4419", "#c7d6ee"


def taxonomy_file(shipped: str, fresh: FreshProgram, now: datetime) -> str:
    """The whole file. Rules judge only what is moved after `now` (UTC)."""
    start, scopes, between, plain, after = _sections(shipped)
    themes = {area.key: _theme_titles(area, _blocks(scopes, _SCOPE), fresh) for area in fresh.areas}
    text = "".join((start, _scopes(scopes, fresh, themes), between, _also(plain, fresh.areas), after))
    text = _SINCE.sub(rf"\g<1>{now:%Y-%m-%dT%H:%M:%SZ}", text, count=1)
    return _examples(_PAGES.sub("", text), fresh.areas[0].key, themes)


def _sections(text: str) -> tuple[str, str, str, str, str]:
    """What stands before the scopes, the scopes, what follows, the plain labels, the rest."""
    found = re.fullmatch(r"(.*?\nscopes:\n)(.*?)(\n# Labels without .*?\nplain_labels:\n)(.*?)(\n#.*)", text, re.DOTALL)
    if found is None:
        raise ValueError("the shipped taxonomy has not its usual layout")
    return found[1], found[2], found[3], found[4], found[5]


def _blocks(text: str, beginning: re.Pattern[str]) -> dict[str, str]:
    """The text from each beginning to the next, by what the beginning names; the last line is whole."""
    starts = list(beginning.finditer(text))
    ends = [found.start() for found in starts] + [len(text)]
    return {found[1]: text[found.start() : end] for found, end in zip(starts, ends[1:], strict=True)}


def _scopes(text: str, fresh: FreshProgram, themes: Mapping[str, Sequence[str]]) -> str:
    shipped = _blocks(text, _SCOPE)
    made: list[str] = []
    for key, block in shipped.items():
        match key.split("::"):
            case ["area"]:
                made.append(_relabelled(block, [_area(area, index, block) for index, area in enumerate(fresh.areas)]))
                made += [_theme_scope(area, shipped, themes[area.key]) for area in fresh.areas]
            case ["theme", _]:
                continue
            case ["region"]:
                made.append(_relabelled(block, [_region(region, block) for region in fresh.regions]))
            case _:
                made.append(block)
    return "\n".join(f"{block.rstrip()}\n" for block in made)


def _relabelled(block: str, labels: Iterable[str]) -> str:
    head = block[: block.index("    labels:\n")] + "    labels:\n"
    return head + "".join(f"{label.rstrip()}\n" for label in labels)


def _label(indent: str, title: str, color: str, description: str) -> str:
    lines = (f"- title: {scalar(title)}", f'  color: "{color}"', f"  description: {scalar(description)}")
    return "".join(f"{indent}{line}\n" for line in lines)


def _area(area: Area, index: int, block: str) -> str:
    """As shipped where it is shipped under this name; else in the next of the shipped colours."""
    title, shipped = f"area::{area.key}", _blocks(block, _LABEL)
    if f"owned by the {area.name} pod." in shipped.get(title, ""):
        return shipped[title]
    colors = _COLOR.findall(block)
    return _label(" " * 6, title, colors[index % len(colors)], f"{area.name}, owned by the {area.name} pod.")


def _region(region: str, block: str) -> str:
    title = f"region::{region}"
    return _blocks(block, _LABEL).get(title) or _label(" " * 6, title, REGION_COLOR, f"The region {region}.")


def _theme_titles(area: Area, shipped: Mapping[str, str], fresh: FreshProgram) -> tuple[str, ...]:
    """The labels of an area's themes: those asked for, else those shipped, else one to begin with."""
    key = f"theme::{area.key}"
    if area.key in fresh.themes:
        return tuple(f"{key}::{theme}" for theme in fresh.themes[area.key])
    return tuple(_blocks(shipped.get(key, ""), _LABEL)) or (f"{key}::general",)


def _theme_scope(area: Area, shipped: Mapping[str, str], titles: Sequence[str]) -> str:
    key = f"theme::{area.key}"
    block = shipped.get(key, "")
    known = _blocks(block, _LABEL)
    color = _COLOR.findall(block or shipped["theme::ai"])[0]
    about = f"What a request for {area.name} is about. The SME picks one before the review."
    lines = (f"{key}:", f"  title: {scalar(f'Themes of {area.name}')}", f"  description: {scalar(about)}", "  labels:")
    head = "".join(f"  {line}\n" for line in lines)
    made = (known.get(t) or _label(" " * 6, t, color, f"{area.name}: {t.rpartition('::')[2]}.") for t in titles)
    return _relabelled(block if f"title: Themes of {area.name}\n" in block else head, made)


def _also(text: str, areas: Iterable[Area]) -> str:
    shipped = _blocks(text, _PLAIN_LABEL)
    kept = [block for title, block in shipped.items() if not title.startswith("also-")]
    for area in areas:
        title = f"also-{area.key}"
        what = f"Concerns {area.name} too; another area owns it."
        known = shipped.get(title, "")
        kept.append(known if what in known else _label("  ", title, ALSO_COLOR, what))
    return "".join(f"{block.rstrip()}\n" for block in kept)


def _examples(text: str, area: str, themes: Mapping[str, Sequence[str]]) -> str:
    """Examples name labels that this program has."""
    for old, new in (
        ("a label such as area::ai", f"a label such as area::{area}"),
        ("a label such as theme::ai::chat", f"a label such as {themes[area][0]}"),
        ("candidates_by_area: {ai: {...}}", f"candidates_by_area: {{{area}: {{...}}}}"),
        ("mode_by_area: {ai: enforce}", f"mode_by_area: {{{area}: enforce}}"),
    ):
        text = text.replace(old, new)
    return text
