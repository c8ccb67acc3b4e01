"""Where templates run: they see the values they are given and our filters, and can neither reach nor build much.

Templates are the operator's own. But a merge request can bring one along, and `check` compiles it in a pipeline before
anybody has read it, so that compiling works nothing out.
"""

import re
from typing import Any, Final

from jinja2 import TemplateError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

LARGEST = 1_000_000
"""No number in a sentence is larger; a note of GitLab has as many characters (CONTRACT 3)."""
_WIDE = re.compile(r"%[^a-zA-Z%]*(?:\*|[0-9]{4})")
_PADDING = frozenset({"center", "expandtabs", "format", "format_map", "ljust", "rjust", "zfill"})

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
    """Jinja's sandbox, in which moreover a few characters cannot ask for a gigabyte or an hour."""

    intercepted_binops = frozenset({"**", "*", "%"})

    def __init__(self, **options: Any) -> None:
        super().__init__(optimized=False, **options)
        del self.filters["center"], self.globals["lipsum"]

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may have it: nothing of Python's insides, nothing that changes values or pads text."""
        return attr not in _PADDING and super().is_safe_attribute(obj, attr, value)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Works one operation out. Raises SecurityError for what only makes things large."""
        numbers = [side for side in (left, right) if isinstance(side, int | float)]
        if operator == "**":
            raise SecurityError("`**` is not for templates")
        if operator == "*" and len(numbers) < 2:
            raise SecurityError("only numbers are multiplied in templates")
        if any(abs(number) > LARGEST for number in numbers) or (isinstance(left, str) and _WIDE.search(left)):
            raise SecurityError(f"a number in a template is larger than {LARGEST}, or a width than 999")
        return super().call_binop(context, operator, left, right)
