"""Which function answers which method and path."""

from collections.abc import Callable, Iterator
from urllib.parse import unquote

from app.fakegitlab.api.answer import Answer
from app.fakegitlab.api.request import Request

Handler = Callable[[Request], Answer]


class Routes:
    """A tree of path segments; `:name` stands for any one segment."""

    def __init__(self) -> None:
        self._root = _Node()

    def on(self, method: str, template: str) -> Callable[[Handler], Handler]:
        """Register the decorated function for `METHOD /path/:with/arguments`."""

        def register(handler: Handler) -> Handler:
            node = self._root
            for part in template.strip("/").split("/"):
                node = node.children.setdefault(":" if part.startswith(":") else part, _Node())
            node.handlers[method] = (template, handler)
            return handler

        return register

    def find(self, method: str, path: str) -> tuple[str, Handler, dict[str, str]] | None:
        """The route for a still percent-encoded path, with its decoded arguments."""
        node, values = self._root, []
        for part in path.strip("/").split("/"):
            child = node.children.get(part)
            if child is None:
                child = node.children.get(":")
                values.append(unquote(part))
            if child is None:
                return None
            node = child
        found = node.handlers.get(method)
        if found is None:
            return None
        names = [part[1:] for part in found[0].split("/") if part.startswith(":")]
        return found[0], found[1], dict(zip(names, values, strict=True))

    def listed(self) -> list[str]:
        """Every route as `METHOD /path`."""
        return sorted(self._root.listed())


class _Node:
    __slots__ = ("children", "handlers")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.handlers: dict[str, tuple[str, Handler]] = {}

    def listed(self) -> Iterator[str]:
        yield from (f"{method} {template}" for method, (template, _) in self.handlers.items())
        for child in self.children.values():
            yield from child.listed()


routes = Routes()
