"""The sentences: Jinja templates in `templates/`, sandboxed, with every echoed value neutralised (promise 9)."""

import re
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from jinja2 import (
    ChoiceLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplatesNotFound,
    TemplateSyntaxError,
    pass_context,
)
from jinja2.runtime import Context
from markupsafe import Markup

from app.domain import neutral
from app.domain.failure import Permanent
from app.domain.managed_lines import item, slot
from app.domain.roster import Role
from app.gateways.config_errors import ConfigError
from app.gateways.template_files import ReadOnce
from app.gateways.template_limits import joined
from app.gateways.template_sandbox import MISTAKES, Sandbox

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
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Templates:
    """Finds `notes/<name>.md.j2`, `issues/<name>.md.j2` or `agendas/<name>.md.j2`, an area's own under `areas/<area>/`
    first, in the first directory that has it.
    """

    def __init__(self, directories: Sequence[Path]) -> None:
        self._directories = tuple(dict.fromkeys(d.resolve() for d in directories))
        self._environment = Sandbox(
            loader=ChoiceLoader([ReadOnce(directory) for directory in self._directories]),
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
            "day": _day,
            "kept_day": _kept_day,
            "moment": _moment,
            "sentence": _sentence,
            "trusted": _trusted,
            "issue": _issue,
            "whole": _whole,
            "who": _who,
            "box": _box,
            "slot": _slot,
        }

    def note(self, template: str, data: Mapping[str, object], area: str | None) -> str:
        """The visible body of a note."""
        return self._text(f"notes/{template}.md.j2", data, area)

    def issue(self, template: str, data: Mapping[str, object], area: str | None) -> str:
        """The text of an issue, or of the template that people file one with."""
        return self._text(f"issues/{template}.md.j2", data, area) + "\n"

    def agenda(self, template: str, data: Mapping[str, object], area: str | None, *, calling: bool = False) -> str:
        """The text of a block of an agenda. `calling` mentions people, where the template says `name|who(calling)`;
        else their handles stand in back-ticks, and nobody is notified.
        """
        return self._text(f"agendas/{template}.md.j2", {**data, "calling": calling}, area)

    def _text(self, name: str, data: Mapping[str, object], area: str | None) -> str:
        names = [f"areas/{area}/{name}", name] if area else [name]
        try:
            text = self._environment.select_template(names).render(data)
        except TemplatesNotFound as missing:
            raise Permanent(f"There is no template {names[-1]}: put it back into templates/.") from missing
        except MISTAKES as mistake:
            what = f"there is no template {mistake}" if isinstance(mistake, TemplateNotFound) else str(mistake)
            raise Permanent(
                f"The template {_place(mistake, names[-1])} cannot be used: {what.rstrip('.')}."
            ) from mistake
        return re.sub(r"\n{3,}", "\n\n", text).strip()

    def mistakes(self) -> Iterator[ConfigError]:
        """What no template may have, in any file of any directory: the areas' own and the installation's included.

        What a template says of values that are not there shows only when it speaks.
        """
        for directory in self._directories:
            for path in sorted(directory.rglob("*.j2")):
                name = path.relative_to(directory).as_posix()
                try:
                    self._environment.compile(path.read_text("utf-8"), name, str(path))
                except TemplateSyntaxError as wrong:
                    yield _mistake(name, wrong.lineno, str(wrong.message).rstrip("."))
                except UnicodeDecodeError:
                    yield _mistake(name, 1, "it is not UTF-8")
                except OSError as error:
                    yield _mistake(name, 1, f"it cannot be read ({error.strerror})")
                except MISTAKES as wrong:
                    yield _mistake(name, 1, f"it is too deep or too large ({type(wrong).__name__})")


def _mistake(name: str, line: int, what: str) -> ConfigError:
    return ConfigError(f"templates/{name}", line, 1, f"the template cannot be used: {what}", "mend it, or take it away")


def _place(mistake: Exception, wanted: str) -> str:
    """`name:line` of the innermost template that took part; Jinja puts its files into the traceback."""
    if isinstance(mistake, TemplateSyntaxError):
        # For some mistakes Jinja gives the file's path as its name.
        return f"{(mistake.name or wanted).rpartition('templates/')[2]}:{mistake.lineno}"
    for frame in reversed(traceback.extract_tb(mistake.__traceback__)):
        if frame.filename.endswith(".j2"):
            name = frame.filename.rpartition("templates/")[2]
            return f"{name}:{frame.lineno}"
    return wanted


def _safe(value: object) -> object:
    """Numbers and what our filters made pass; any other text is somebody's and becomes inline code."""
    if isinstance(value, Markup | int):
        return value
    return Markup(neutral.quote(str(value)))  # noqa: S704 - Markup marks what is neutral already


def _mention(username: str) -> Markup:
    return Markup(neutral.mention(username))  # noqa: S704


def _who(username: str, calling: bool) -> Markup:
    """A handle that notifies when the agenda calls people, and never else."""
    return _mention(username) if calling else Markup(neutral.quote(f"@{username}"))  # noqa: S704


def _box(key: str, label: str, prompt: str = "") -> Markup:
    """A checklist line of ours that people tick; label and prompt are the template's own words."""
    return Markup(item(key, label, prompt))  # noqa: S704


def _slot(key: str, said: str | None = None) -> Markup:
    """The content of a table cell that people write in; until they do, it shows what was said elsewhere."""
    return Markup(slot(key, _whole(said)) if said else slot(key))  # noqa: S704


def _label(title: str) -> Markup:
    return Markup(neutral.label(title))  # noqa: S704


def _trusted(text: str) -> Markup:
    """Words of the operator's own configuration, on one line; never what a user of the board typed."""
    return Markup(" ".join(text.split()))  # noqa: S704


def _issue(ref: str) -> Markup:
    """A reference that GitLab shows with the issue's title, to those who may see it (CONTRACT 8)."""
    plain = re.fullmatch(r"[\w.+-]+(?:/[\w.+-]+)+#\d{1,18}", ref, re.ASCII)
    return Markup(f"{ref}+" if plain else neutral.quote(ref))  # noqa: S704


def _whole(text: str) -> Markup:
    """Somebody's sentence, longer than what is only quoted."""
    return Markup(neutral.quote(text, at_most=400))  # noqa: S704


def _role(role: Role) -> Markup:
    return Markup(_ROLE_NAMES[role])  # noqa: S704


def _sentence(words: str) -> Markup:
    """Our own words at the start of a sentence."""
    return Markup(words[:1].upper() + words[1:])  # noqa: S704


def _moment(instant: datetime) -> Markup:
    """`Tue 17 Mar, 09:30 UTC`: for people, so without a year, as nothing waits that long."""
    day = f"{_DAYS[instant.weekday()]} {instant.day} {_MONTHS[instant.month - 1]}"
    return Markup(f"{day}, {instant:%H:%M} UTC")  # noqa: S704


@pass_context
def _day(context: Context, instant: date, in_full: bool = False) -> Markup:
    """`Tue 17 Mar`: for people, so with its year only in full, or of another one than the template's `today`."""
    today = context.get("today")
    day = instant.date() if isinstance(instant, datetime) else instant
    far = in_full or (isinstance(today, date) and day.year != today.year)
    return Markup(f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{f' {day.year}' if far else ''}")  # noqa: S704


@pass_context
def _kept_day(context: Context, instant: date) -> Markup:
    """The same for a cell of a table, where a day is not broken over two lines."""
    return Markup(_day(context, instant).replace(" ", "\N{NO-BREAK SPACE}"))  # noqa: S704


def _or_list(items: Iterable[object]) -> Markup:
    """`a, b or c`, each neutral."""
    words = [str(_safe(i)) for i in items]
    head = joined(words[:-1], ", ")
    return Markup(f"{head} or {words[-1]}" if head else "".join(words))  # noqa: S704


def _dotted(items: Iterable[object]) -> Markup:
    """`a · b · c`, each neutral."""
    return Markup(joined(map(_safe, items), " · "))  # noqa: S704
