"""The sentences: Jinja templates in `templates/`, sandboxed, with every echoed value neutralised (promise 9)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from app.domain import neutral
from app.domain.failure import Permanent
from app.domain.roster import Role

_ROLE_NAMES = {
    Role.ANYONE: "anyone",
    Role.AUTHOR: "the author",
    Role.SA: "an SA",
    Role.SME: "an SME of the area",
    Role.LEAD: "the area lead",
    Role.PM: "the PM",
    Role.EM: "the EM",
    Role.PROGRAM_LEAD: "the program lead",
}


class Templates:
    """Finds `notes/<name>.md.j2`, an area's own under `areas/<area>/` first, in the first directory that has it."""

    def __init__(self, directories: Sequence[Path]) -> None:
        self._environment = ImmutableSandboxedEnvironment(
            loader=ChoiceLoader([FileSystemLoader(d) for d in directories]),
            undefined=StrictUndefined,
            # Every value passes `_safe` first, so HTML's own escaping never meets anything but Markup.
            autoescape=True,
            finalize=_safe,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
        )
        self._environment.filters |= {
            "mention": _mention,
            "label": _label,
            "or_list": _or_list,
            "dotted": _dotted,
            "role": _role,
            "trusted": _trusted,
        }

    def note(self, template: str, data: Mapping[str, object], area: str | None) -> str:
        """The visible body of a note."""
        names = [f"notes/{template}.md.j2"]
        if area:
            names.insert(0, f"areas/{area}/notes/{template}.md.j2")
        try:
            text = self._environment.select_template(names).render(data)
        except TemplateNotFound as missing:
            raise Permanent(f"There is no template {names[-1]}: put it back into templates/.") from missing
        return re.sub(r"\n{3,}", "\n\n", text).strip()


def _safe(value: object) -> object:
    """Numbers and what our filters made pass; any other text is somebody's and becomes inline code."""
    if isinstance(value, Markup | int):
        return value
    return Markup(neutral.quote(str(value)))  # noqa: S704 - Markup marks what is neutral already


def _mention(username: str) -> Markup:
    return Markup(neutral.mention(username))  # noqa: S704


def _label(title: str) -> Markup:
    return Markup(neutral.label(title))  # noqa: S704


def _trusted(text: str) -> Markup:
    """Words of the operator's own configuration, on one line; never what a user of the board typed."""
    return Markup(" ".join(text.split()))  # noqa: S704


def _role(role: Role) -> Markup:
    return Markup(_ROLE_NAMES[role])  # noqa: S704


def _or_list(items: Iterable[object]) -> Markup:
    """`a, b or c`, each neutral."""
    words = [str(_safe(i)) for i in items]
    head = ", ".join(words[:-1])
    return Markup(f"{head} or {words[-1]}" if head else "".join(words))  # noqa: S704


def _dotted(items: Iterable[object]) -> Markup:
    """`a · b · c`, each neutral."""
    return Markup(" · ".join(str(_safe(i)) for i in items))  # noqa: S704
