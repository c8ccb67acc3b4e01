"""Templates as their files were at one moment: a running service goes on with what was checked, until it is renewed."""

from collections.abc import Callable
from pathlib import Path

from jinja2 import BaseLoader, Environment, TemplateNotFound


class ReadOnce(BaseLoader):
    """All templates of a directory, read when it is made. One that cannot be read is tried again when it is needed."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._texts = {path.relative_to(directory).as_posix(): _text(path) for path in directory.rglob("*.j2")}

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:  # noqa: ARG002
        """A template's text and its file. Raises TemplateNotFound, OSError, UnicodeDecodeError."""
        if template not in self._texts:
            raise TemplateNotFound(template)
        path = self._directory / template
        text = self._texts[template]
        return path.read_text("utf-8") if text is None else text, str(path), lambda: True


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
