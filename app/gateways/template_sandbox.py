"""Where templates run: they see the values they are given and our filters, and can neither reach nor build much.

Templates are the operator's own. But a merge request can bring one along, and `check` compiles it in a pipeline before
anybody has read it, so that compiling works nothing out.
"""

import re
from collections.abc import Iterable, Sized
from decimal import Decimal
from typing import Any, Final

from jinja2 import TemplateError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.gateways import template_limits
from app.gateways.template_limits import LARGEST, LONGEST, Buffer, Measuring, joined, measured

_KEPT = frozenset(
    {
        *("abs", "capitalize", "count", "d", "default", "dictsort", "e", "escape", "filesizeformat"),
        *("first", "float", "forceescape", "groupby", "int", "items", "last", "length", "list"),
        *("lower", "map", "max", "min", "reject", "rejectattr", "reverse", "safe", "select"),
        *("selectattr", "sort", "string", "striptags", "title", "trim", "truncate", "unique", "upper"),
        *("urlencode", "wordcount"),
    }
)
"""Jinja's filters whose result is hardly larger than what they are given. The others pad, repeat or work out powers."""
_GROWING = frozenset(
    {
        "center",
        "expandtabs",
        "format",
        "format_map",
        "join",
        "ljust",
        "replace",
        "rjust",
        "to_bytes",
        "translate",
        "zfill",
    }
)

_WIDE = re.compile(r"%[^a-zA-Z%]*(?:\*|[0-9]{4})")

MISTAKES: Final = (
    TemplateError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    OSError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What a wrong template can lead to: its own mistakes, and what filters say of values that they do not take."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, in which moreover no single text or list becomes large.

    Loops in loops can still take long, and a hundred texts a hundred times as much room as one: against these are the
    limit on each run, and the limits on memory of unit and container (deploy/).
    """

    code_generator_class = Measuring
    concat = staticmethod(joined)
    buffer, measured = Buffer, staticmethod(measured)
    intercepted_binops = frozenset({"**", "*", "%", "+"})

    def __init__(self, **options: Any) -> None:
        super().__init__(optimized=False, **options)
        self.filters = {name: does for name, does in self.filters.items() if name in _KEPT}
        self.filters["join"], self.globals["range"] = template_limits.join, template_limits.short_range
        del self.globals["lipsum"]

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may have it: nothing of Python's insides, nothing that changes or enlarges."""
        return attr not in _GROWING and super().is_safe_attribute(obj, attr, value)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Works one operation out. Raises SecurityError for what only makes things large."""
        sides = [left, *(right if isinstance(right, tuple) else [right])]
        if operator == "**":
            raise SecurityError("`**` is not for templates")
        if operator != "+" and any(
            isinstance(side, int | float | Decimal) and not -LARGEST <= side <= LARGEST for side in sides
        ):
            raise SecurityError(f"a number in a template is larger than {LARGEST}")
        if operator == "%" and isinstance(left, str):
            _only_numbers(left, sides[1:])
        elif not (isinstance(left, int | float | Decimal) and isinstance(right, int | float | Decimal)):
            _never_large(operator, left, right)
        return super().call_binop(context, operator, left, right)


def _only_numbers(pattern: str, shown: Iterable[Any]) -> None:
    """Raise SecurityError where more than numbers is put into a pattern, or where it would become long."""
    if len(pattern) > LONGEST or _WIDE.search(pattern):
        raise SecurityError("a pattern in a template is longer than 1000 characters, or wider than 999")
    if not all(isinstance(each, int | float | Decimal) for each in shown):
        raise SecurityError("only numbers are put into patterns in templates; `~` joins texts")


def _never_large(operator: str, left: Any, right: Any) -> None:
    """Raise SecurityError for what makes texts and lists large: only `+` is for them, and for so much."""
    if operator != "+":
        raise SecurityError(f"only numbers stand beside `{operator}` in templates")
    if isinstance(left, Sized) and isinstance(right, Sized):
        size, largest = len(left) + len(right), LARGEST if isinstance(left, str | bytes) else LONGEST
        if size > largest:
            raise SecurityError(f"`+` makes something of {size} in a template, and {largest} is the most")
