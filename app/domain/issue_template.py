"""GitLab issue templates, with which people file requests: made from the taxonomy, so that they never drift.

What is asked, under which names and with which choices, comes from here; the layout is `templates/issues/`. Hints
stand in HTML comments only, so that a template nobody filled in tells nothing (requests 2.4, 2.5).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.domain.program import Area, Program
from app.domain.taxonomy import Field, FieldKind, Source, Taxonomy

FOLDER = ".gitlab/issue_templates"
"""Where GitLab looks for issue templates, on the default branch (CONTRACT 8)."""

LAYOUT = "customer_feedback"
NAME = "Customer feedback"

_NOT_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')


@dataclass(frozen=True, slots=True)
class Blank:
    """A field to fill in: the name it is read under, a hint, and what may be ticked (nothing: free text)."""

    key: str
    name: str
    hint: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IssueTemplate:
    """One issue template. `asked` are the keys of the blanks that a new request should fill in, in that order.

    `labels` are put on by a quick action; `areas` are those to choose from where it is for all of them.
    """

    name: str
    area: str | None
    blanks: Mapping[str, Blank]
    asked: tuple[str, ...]
    labels: tuple[str, ...]
    areas: tuple[str, ...]

    @property
    def path(self) -> str:
        """The file in the repository."""
        return f"{FOLDER}/{self.name}.md"


def issue_templates(taxonomy: Taxonomy, program: Program) -> tuple[IssueTemplate, ...]:
    """One for all areas, and one for each area, which sets the area's label."""
    blanks = {field.key: _blank(field) for field in taxonomy.fields if not field.fresh}
    asked = tuple(key for key in dict.fromkeys(_asked(taxonomy)) if key in blanks)
    start, areas = taxonomy.workflow.start, {f"area::{area.key}": area for area in program.areas}
    whole = IssueTemplate(NAME, None, blanks, asked, (start,), tuple(areas))
    return whole, *(
        IssueTemplate(name, area.key, blanks, asked, (start, label), ())
        for (label, area), name in zip(areas.items(), _names(program), strict=True)
    )


def _names(program: Program) -> Iterator[str]:
    """`Customer feedback - AI`; with the area's key where two areas would share a file."""
    plain = [_file_name(area) for area in program.areas]
    alike = [name.casefold() for name in plain]
    for area, name in zip(program.areas, plain, strict=True):
        single = name and alike.count(name.casefold()) == 1
        yield f"{NAME} - {name if single else area.key}"


def _file_name(area: Area) -> str:
    return " ".join(_NOT_IN_FILE_NAMES.sub(" ", area.name).split()).strip(". ")


def _asked(taxonomy: Taxonomy) -> Iterator[str]:
    """The fields that tell what the first status requires or asks for."""
    start = taxonomy.workflow.status(taxonomy.workflow.start)
    for key in start.requires + start.asks if start else ():
        for predicate in taxonomy.items[key].met_by:
            if predicate.source is Source.FIELD:
                yield predicate.arg
            elif predicate.source is Source.LINE:
                yield "account"


def _blank(field: Field) -> Blank:
    return Blank(field.key, field.names[0], _hint(field), tuple(map(_capital, _offered(field))))


def _hint(field: Field) -> str:
    """What to write, in one line that cannot end the comment it stands in."""
    match field.kind:
        case FieldKind.CHOICE:
            *head, last = _offered(field)
            hint = f"{', '.join(head)} or {last}" if head else last
        case FieldKind.DATE:
            hint = "YYYY-MM-DD, or none"
        case FieldKind.LINK:
            hint = "a link"
        case FieldKind.TEXT | FieldKind.MONEY:
            hint = ""
    return " ".join(re.sub(r"-{2,}|[<>]", " ", hint).split())


def _offered(field: Field) -> tuple[str, ...]:
    """The choices to show: `dedicated`, another word for `GitLab Dedicated`, is read as well and not offered."""
    whole = [choice.casefold() for choice in field.choices]
    return tuple(c for c in field.choices if not any(one.endswith(f" {c.casefold()}") for one in whole))


def _capital(choice: str) -> str:
    return choice[:1].upper() + choice[1:]
