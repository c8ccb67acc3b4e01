"""Reads a GraphQL document of queries and fragments (spec.graphql.org October 2021, sections 2.1 to 2.12)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

_TOKEN = re.compile(
    r'[\s,\ufeff]+|\#[^\n\r]*|(?P<block>"""(?:\\"""|(?!""").)*""")|(?P<string>"(?:\\.|[^"\\\n])*")'
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<name>[_A-Za-z]\w*)|(?P<mark>\.\.\.|[!$&()\[\]{}:=@|])",
    re.DOTALL,
)


class Malformed(Exception):
    """The text is not GraphQL that the stand-in reads; `line` and `column` count from 1."""

    def __init__(self, words: str, line: int, column: int) -> None:
        super().__init__(words)
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Variable:
    """`$name` where a value stands."""

    name: str


@dataclass(frozen=True, slots=True)
class Enum:
    """A bare word as a value."""

    word: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field with what is asked of it; `directives` are `(name, arguments)`."""

    name: str
    alias: str
    arguments: Mapping[str, object]
    directives: tuple[tuple[str, Mapping[str, object]], ...]
    selection: "tuple[Selected, ...]"
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Spread:
    """`...Name`, or an inline fragment on a type (empty for none) with its own selection."""

    name: str
    on: str
    directives: tuple[tuple[str, Mapping[str, object]], ...]
    selection: "tuple[Selected, ...]"


Selected = Field | Spread


@dataclass(frozen=True, slots=True)
class Operation:
    """A query; `variables` are (name, whether it must be given, default)."""

    kind: str
    name: str
    variables: tuple[tuple[str, bool, object], ...]
    selection: tuple[Selected, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """All operations and the named fragments."""

    operations: tuple[Operation, ...]
    fragments: Mapping[str, Spread]


def parse(text: str) -> Document:
    """The document; raises Malformed."""
    return _Reader(text).document()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, str, int]] = []
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise self._wrong(text[at], at)
            if found.lastgroup:
                self._tokens.append((found.lastgroup, found.group(), at))
            at = found.end()
        self._tokens.append(("end", "", at))
        self._next = 0

    def _place(self, at: int) -> tuple[int, int]:
        before = self._text[:at]
        return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1

    def _wrong(self, word: str, at: int) -> Malformed:
        line, column = self._place(at)
        said = f'Parse error on "{word}" at [{line}, {column}]' if word else "Unexpected end of document"
        return Malformed(said, line, column)

    def _peek(self) -> str:
        return self._tokens[self._next][1]

    def _take(self, kind: str = "", word: str = "") -> str:
        found, text, at = self._tokens[self._next]
        if (kind and found != kind) or (word and text != word) or found == "end":
            raise self._wrong(text, at)
        self._next += 1
        return text

    def _took(self, word: str) -> bool:
        if self._peek() == word and self._tokens[self._next][0] in ("mark", "name"):
            self._next += 1
            return True
        return False

    def document(self) -> Document:
        operations, fragments = [], {}
        while self._tokens[self._next][0] != "end":
            if self._took("fragment"):
                name = self._take("name")
                self._take(word="on")
                fragments[name] = Spread(name, self._take("name"), self._directives(), self._selection())
            else:
                operations.append(self._operation())
        return Document(tuple(operations), fragments)

    def _operation(self) -> Operation:
        if self._peek() == "{":
            return Operation("query", "", (), self._selection())
        kind = self._take("name")
        name = self._take("name") if self._tokens[self._next][0] == "name" else ""
        variables = self._variables() if self._took("(") else ()
        self._directives()
        return Operation(kind, name, variables, self._selection())

    def _variables(self) -> tuple[tuple[str, bool, object], ...]:
        found = []
        while not self._took(")"):
            self._take(word="$")
            name = self._take("name")
            self._take(word=":")
            must = self._type()
            default = self._value() if self._took("=") else None
            found.append((name, must and default is None, default))
        return tuple(found)

    def _type(self) -> bool:
        """Skips the type; whether it is non-null."""
        if self._took("["):
            self._type()
            self._take(word="]")
        else:
            self._take("name")
        return self._took("!")

    def _selection(self) -> tuple[Selected, ...]:
        self._take(word="{")
        found: list[Selected] = []
        while not self._took("}"):
            found.append(self._spread() if self._took("...") else self._field())
        return tuple(found)

    def _spread(self) -> Spread:
        kind = self._tokens[self._next][0]
        if kind == "name" and self._peek() != "on":
            return Spread(self._take(), "", self._directives(), ())
        on = self._take("name") if self._took("on") else ""
        return Spread("", on, self._directives(), self._selection())

    def _field(self) -> Field:
        line, column = self._place(self._tokens[self._next][2])
        name = alias = self._take("name")
        if self._took(":"):
            name = self._take("name")
        arguments = self._arguments() if self._took("(") else {}
        directives = self._directives()
        selection = self._selection() if self._peek() == "{" else ()
        return Field(name, alias, arguments, directives, selection, line, column)

    def _arguments(self) -> Mapping[str, object]:
        found: dict[str, object] = {}
        while not self._took(")"):
            name = self._take("name")
            self._take(word=":")
            found[name] = self._value()
        return found

    def _directives(self) -> tuple[tuple[str, Mapping[str, object]], ...]:
        found = []
        while self._took("@"):
            name = self._take("name")
            found.append((name, self._arguments() if self._took("(") else {}))
        return tuple(found)

    def _value(self) -> object:
        kind, text, at = self._tokens[self._next]
        self._next += 1
        match kind, text:
            case "string", _:
                return json.loads(text)
            case "block", _:
                return text[3:-3].replace('\\"""', '"""').strip("\n")
            case "number", _:
                return float(text) if re.search(r"[.eE]", text) else int(text)
            case "name", "true" | "false" | "null":
                return {"true": True, "false": False, "null": None}[text]
            case "name", _:
                return Enum(text)
            case "mark", "$":
                return Variable(self._take("name"))
            case "mark", "[":
                return self._list()
            case "mark", "{":
                return self._object()
        raise self._wrong(text, at)

    def _list(self) -> list[object]:
        found = []
        while not self._took("]"):
            found.append(self._value())
        return found

    def _object(self) -> dict[str, object]:
        found: dict[str, object] = {}
        while not self._took("}"):
            name = self._take("name")
            self._take(word=":")
            found[name] = self._value()
        return found
