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
            names = [part[1:] for part in template.split("/") if part.startswith(":")]
            node.handlers[method] = (template, handler, names)
            return handler

        return register

    def find(self, method: str, path: str) -> tuple[str, Handler, dict[str, str]] | None:
        """The route for a still percent-encoded path, with its decoded arguments; `HEAD` is answered as `GET`."""
        node, values = self._walk(path)
        found = node and node.handlers.get("GET" if method == "HEAD" else method)
        if not found:
            return None
        return found[0], found[1], dict(zip(found[2], values, strict=True))

    def allowed(self, path: str) -> list[str]:
        """The methods that this path answers to; none for an unknown path."""
        node, _ = self._walk(path)
        methods = set(node.handlers) if node else set()
        return sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())) if methods else []

    def _walk(self, path: str) -> "tuple[_Node | None, list[str]]":
        node, values = self._root, []
        for part in path.strip("/").split("/"):
            child = node.children.get(part)
            if child is None:
                child = node.children.get(":")
                values.append(unquote(part))
            if child is None:
                return None, values
            node = child
        return node, values

    def listed(self) -> list[str]:
        """Every route as `METHOD /path`."""
        return sorted(self._root.listed())


class _Node:
    __slots__ = ("children", "handlers")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.handlers: dict[str, tuple[str, Handler, list[str]]] = {}

    def listed(self) -> Iterator[str]:
        yield from (f"{method} {template}" for method, (template, _, _) in self.handlers.items())
        for child in self.children.values():
            yield from child.listed()


routes = Routes()
