"""How large what a template makes may become: texts and lists are refused while they grow, before they are there."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.filters import make_attrgetter, sync_do_join
from jinja2.nodes import EvalContext
from jinja2.utils import pass_eval_context

LARGEST: Final = 1_000_000
"""Characters of a text, and the largest number; a note of GitLab has as many characters (CONTRACT 3)."""
LONGEST: Final = 1_000
"""Members of a list that a template makes; what it is given may be longer."""


def measured(pieces: Iterable[Any], between: int = 0) -> Iterator[Any]:
    """The same pieces. Raises SecurityError as soon as together they are too long a text, each `between` from the next.

    A piece counts for one at least: a million times nothing takes room too.
    """
    size = 0
    for piece in pieces:
        size += max(1, len(piece if isinstance(piece, str) else str(piece)) + between)
        if size > LARGEST:
            raise SecurityError(f"a text in a template is longer than {LARGEST} characters")
        yield piece


def joined(pieces: Iterable[Any], between: str = "") -> str:
    """One text. Raises SecurityError where it would be too long."""
    return between.join(map(str, measured(pieces, len(between))))


@pass_eval_context
def join(within: EvalContext, value: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
    """Jinja's filter. Raises SecurityError where the text would be too long."""
    if attribute is not None:
        value = map(make_attrgetter(within.environment, attribute), value)
    return sync_do_join(within, measured(value, len(d)), d)


def short_range(*bounds: int) -> range:
    """Jinja's range, shorter. Raises SecurityError where it is too long."""
    found = range(*bounds)
    if found[LONGEST:]:
        raise SecurityError(f"a range in a template is longer than {LONGEST}")
    return found


class Buffer(list[str]):
    """What a macro or a block has said so far. Raises SecurityError where it becomes too long."""

    def __init__(self) -> None:
        super().__init__()
        self._room = LARGEST

    def append(self, piece: str, /) -> None:
        """One piece more."""
        self._room -= max(1, len(piece))
        if self._room < 0:
            raise SecurityError(f"a text in a template is longer than {LARGEST} characters")
        super().append(piece)

    def extend(self, pieces: Iterable[str], /) -> None:
        """Several more."""
        for piece in pieces:
            self.append(piece)


class Measuring(CodeGenerator):
    """Compiles templates so that everything they put together is measured meanwhile."""

    def buffer(self, frame: Frame) -> None:
        """What is said from here on is kept in a Buffer."""
        frame.buffer = self.temporary_identifier()
        self.writeline(f"{frame.buffer} = environment.buffer()")

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - named after Jinja's node
        """`a ~ b`, as where texts are escaped by themselves."""
        self.write("markup_join(environment.measured((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write(")))")

    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:  # noqa: N802 - named after Jinja's node
        """`a|b`. Jinja says of an unknown filter in a branch only when it is taken, so that `check` would not know."""
        if node.name not in self.environment.filters:
            self.fail(f"No filter named {node.name!r}.", node.lineno)
        super().visit_Filter(node, frame)

    def visit_Test(self, node: nodes.Test, frame: Frame) -> None:  # noqa: N802 - named after Jinja's node
        """`a is b`, likewise."""
        if node.name not in self.environment.tests:
            self.fail(f"No test named {node.name!r}.", node.lineno)
        super().visit_Test(node, frame)
