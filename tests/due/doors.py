"""The doors of a process, at which a test does something in between, or lets GitLab refuse one call of many."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from app.domain.issue import Ref
from app.gateways.gitlab_connect import GitLab


class Meddling:
    """A real door. `once("after labelled", …)` acts in between, `refuse("apply", 2, …)` fails whatever is asked of that
    issue, until `mend` is called.
    """

    def __init__(self, door: object) -> None:
        self._door = door
        self._once: dict[str, Callable[[], object]] = {}
        self._refused: dict[tuple[str, int], Exception] = {}

    def once(self, when: str, act: Callable[[], object]) -> None:
        """Do it at the next such call alone."""
        self._once[when] = act

    def refuse(self, name: str, number: int, problem: Exception) -> None:
        """Each such call about this issue fails."""
        self._refused[name, number] = problem

    def mend(self) -> None:
        """Nothing is refused any more."""
        self._refused.clear()

    def __getattr__(self, name: str) -> Any:
        def call(*args: object, **more: object) -> object:
            self._once.pop(f"before {name}", _nothing)()
            about = args[0] if args else None
            if isinstance(about, Ref) and (problem := self._refused.get((name, about.iid))):
                raise problem
            answer = getattr(self._door, name)(*args, **more)
            self._once.pop(f"after {name}", _nothing)()
            return answer

        return call


def meddled(doors: GitLab) -> GitLab:
    """The same doors, each of them meddled with."""
    return replace(
        doors,
        documents=cast(Any, Meddling(doors.documents)),
        reader=cast(Any, Meddling(doors.reader)),
        writer=cast(Any, Meddling(doors.writer)),
    )


def _nothing() -> None:
    return None
