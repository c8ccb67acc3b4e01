"""Checks, weighs and answers a parsed query (CONTRACT 7; limits.json, documented).

A plain field weighs one. A list weighs its content and one, one more if sorted, five more if searched, and a hundredth
of that for each row of its page unless iids are given (app/graphql/types/base_field.rb;
app/graphql/resolvers/base_resolver.rb, sure). Which lists have a resolver of that kind (memory, guess): all, here.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.fakegitlab.graphql.parser import Document, Enum, Field, Operation, Selected, Spread, Variable
from app.fakegitlab.model import User
from app.fakegitlab.state import State

PAGE = 100
PAGING = ("first", "last", "after", "before")


@dataclass(frozen=True, slots=True)
class Kind:
    """How a field is answered: `type` empty for plain values; `many` makes it a connection of that type."""

    answer: Callable[["Asked", Any, Mapping[str, Any]], Any]
    type: str = ""
    many: bool = False
    arguments: tuple[str, ...] = ()


Schema = Mapping[str, Mapping[str, Kind]]


@dataclass(slots=True)
class Asked:
    """One query being answered: for whom, with which variables."""

    state: State
    viewer: User | None
    document: Document
    schema: Schema
    variables: Mapping[str, Any]
    wrong: list[dict[str, object]] = field(default_factory=list)


class Faulty(Exception):
    """The query cannot be answered; `errors` as GraphQL lists them."""

    def __init__(self, errors: Sequence[Mapping[str, object]]) -> None:
        super().__init__(errors)
        self.errors = list(errors)


def run(asked: Asked, name: str | None, most: int) -> dict[str, Any]:
    """The `data`; raises Faulty."""
    operation = _chosen(asked.document, name)
    asked.variables = dict(_bound(operation, asked.variables))
    weight = _check(asked, "Query", operation.selection, ["query" + (f" {operation.name}" if operation.name else "")])
    if asked.wrong:
        raise Faulty(asked.wrong)
    if weight > most:
        raise Faulty([{"message": f"Query has complexity of {weight}, which exceeds max complexity of {most}"}])
    return _fill(asked, "Query", None, operation.selection)


def _chosen(document: Document, name: str | None) -> Operation:
    found = [one for one in document.operations if not name or one.name == name]
    if len(found) != 1:
        words = f'No operation named "{name}"' if name else "An operation name is required"
        raise Faulty([{"message": words}])
    if found[0].kind != "query":
        raise Faulty([{"message": f"The stand-in does not know {found[0].kind}s"}])
    return found[0]


def _bound(operation: Operation, given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, must, default in operation.variables:
        if must and given.get(name) is None:
            words = f"Variable ${name} of type was provided invalid value"
            raise Faulty(
                [
                    {
                        "message": words,
                        "extensions": {
                            "value": None,
                            "problems": [{"path": [], "explanation": "Expected value to not be null"}],
                        },
                    }
                ]
            )
        yield name, given.get(name, default)


def _flat(asked: Asked, selection: Sequence[Selected], within: frozenset[str] = frozenset()) -> Iterator[Field]:
    """The fields, with fragments unfolded and `@skip` and `@include` followed."""
    for one in selection:
        if not _wanted(asked, one):
            continue
        if isinstance(one, Field):
            yield one
        elif not one.name:
            yield from _flat(asked, one.selection, within)
        elif one.name in within or one.name not in asked.document.fragments:
            raise Faulty([{"message": f"Fragment {one.name} was used, but not defined"}])
        else:
            yield from _flat(asked, asked.document.fragments[one.name].selection, within | {one.name})


def _wanted(asked: Asked, one: Field | Spread) -> bool:
    for name, arguments in one.directives:
        value = bool(_value(asked, arguments.get("if")))
        if (name == "skip" and value) or (name == "include" and not value):
            return False
    return True


def _value(asked: Asked, value: object) -> Any:
    match value:
        case Variable(name=name):
            return asked.variables.get(name)
        case Enum(word=word):
            return word
        case list():
            return [_value(asked, one) for one in value]
        case dict():
            return {name: _value(asked, one) for name, one in value.items()}
        case _:
            return value


def _arguments(asked: Asked, one: Field) -> dict[str, Any]:
    return {name: _value(asked, value) for name, value in one.arguments.items()}


def _check(asked: Asked, type_: str, selection: Sequence[Selected], path: list[str]) -> int:
    """Notes what does not exist, and weighs the rest."""
    weight = 0
    for one in _flat(asked, selection):
        if one.name == "__typename":
            continue
        kind = _kinds(asked, type_).get(one.name)
        here = [*path, one.alias]
        if kind is None:
            words = f"Field '{one.name}' doesn't exist on type '{type_}'"
            _note(asked, one, here, words, "undefinedField", {"typeName": type_, "fieldName": one.name})
            continue
        known = (*kind.arguments, *(PAGING if kind.many else ()))
        for extra in [name for name in one.arguments if name not in known]:
            words = f"Field '{one.name}' doesn't accept argument '{extra}'"
            _note(asked, one, here, words, "argumentNotAccepted", {"name": one.name, "argumentName": extra})
        weight += _weight(asked, type_, one, kind, here)
    return weight


def _weight(asked: Asked, type_: str, one: Field, kind: Kind, path: list[str]) -> int:
    if not kind.type:
        if one.selection:
            words = f"Selections can't be made on scalars (field '{one.name}' returns a scalar)"
            _note(asked, one, path, words, "selectionMismatch", {"typeName": type_})
        return 1
    if not one.selection:
        words = f"Field must have selections (field '{one.name}' returns {kind.type} but has no selections.)"
        _note(asked, one, path, words, "selectionMismatch", {"typeName": kind.type})
        return 1
    target = f"{kind.type}Connection" if kind.many else kind.type
    inner = 1 + _check(asked, target, one.selection, path)
    return _list_weight(_arguments(asked, one), kind, inner) if kind.many else inner


def _list_weight(arguments: Mapping[str, Any], kind: Kind, inner: int) -> int:
    inner += ("sort" in kind.arguments) + (5 if arguments.get("search") else 0)
    return inner if arguments.get("iid") or arguments.get("iids") else int(inner * (1 + _size(arguments) / 100))


def _note(asked: Asked, one: Field, path: list[str], words: str, code: str, more: dict[str, str]) -> None:
    where = [{"line": one.line, "column": one.column}]
    asked.wrong.append({"message": words, "locations": where, "path": path, "extensions": {"code": code} | more})


def _kinds(asked: Asked, type_: str) -> Mapping[str, Kind]:
    """The fields of a type; connections and their edges are made from the type they hold."""
    for ending, made in (("Connection", _connection), ("Edge", _edge)):
        base = type_.removesuffix(ending)
        if base != type_ and base in asked.schema:
            return made(base)
    return asked.schema[type_]


def _connection(base: str) -> Mapping[str, Kind]:
    return {
        "nodes": Kind(lambda _, page, __: page.rows, base),
        "edges": Kind(lambda _, page, __: page.rows, f"{base}Edge"),
        "pageInfo": Kind(lambda _, page, __: page, "PageInfo"),
        "count": Kind(lambda _, page, __: page.total),
    }


def _edge(base: str) -> Mapping[str, Kind]:
    return {"node": Kind(lambda _, row, __: row, base), "cursor": Kind(lambda _, row, __: cursor(row))}


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a connection."""

    rows: Sequence[Any]
    total: int
    before: bool
    after: bool


def cursor(row: Any) -> str:
    """An opaque mark of a row."""
    return base64.urlsafe_b64encode(json.dumps({"id": str(row.id)}).encode()).decode()


def _size(arguments: Mapping[str, Any]) -> int:
    wanted = [one for one in (arguments.get("first"), arguments.get("last")) if isinstance(one, int)]
    return min([*wanted, PAGE])


def _paged(rows: Sequence[Any], arguments: Mapping[str, Any]) -> Page:
    marks = [cursor(row) for row in rows]
    start, end = 0, len(rows)
    for name in ("after", "before"):
        mark = arguments.get(name)
        if mark and mark not in marks:
            raise Faulty([{"message": "Please provide a valid cursor"}])
        if mark and name == "after":
            start = marks.index(mark) + 1
        elif mark:
            end = marks.index(mark)
    size = _size(arguments)
    if arguments.get("last") is not None and arguments.get("first") is None:
        start = max(start, end - size)
    else:
        end = min(end, start + size)
    return Page(rows[start:end], len(rows), start > 0, end < len(rows))


def _fill(asked: Asked, type_: str, thing: Any, selection: Sequence[Selected]) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    for one in _flat(asked, selection):
        if one.name == "__typename":
            answer[one.alias] = type_
            continue
        kind = _kinds(asked, type_)[one.name]
        arguments = _arguments(asked, one)
        value = kind.answer(asked, thing, arguments)
        target = f"{kind.type}Connection" if kind.many else kind.type
        value = _paged(value, arguments) if kind.many else value
        filled = _filled(asked, target, value, one.selection)
        before = answer.get(one.alias)
        answer[one.alias] = before | filled if isinstance(before, dict) and isinstance(filled, dict) else filled
    return answer


def _filled(asked: Asked, type_: str, value: Any, selection: Sequence[Selected]) -> Any:
    if value is None or not type_:
        return value
    if isinstance(value, list | tuple):
        return [_fill(asked, type_, one, selection) for one in value]
    return _fill(asked, type_, value, selection)
