"""Reads YAML into a Document: values with their places, and every slip of the pen told at once.

Nodes are composed, never constructed: no tag of a file can make anything but text, numbers, lists and maps.
"""

import re
from itertools import islice
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from app.gateways.config_document import Document, Mark, Trail
from app.gateways.config_errors import ConfigError, ConfigInvalid

BYTES_AT_MOST = 1024 * 1024
VALUES_AT_MOST = 20_000
DEPTH_AT_MOST = 20
_ALIKE_AT_MOST = 20

_TAG = "tag:yaml.org,2002:"
_PLAIN = {_TAG + name for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_COMMENTED = re.compile(r"""\b(colou?r)["']?\s*:\s+(#\S*)""", re.IGNORECASE)
_VALUE_COMMENTED = re.compile(r"""["']?\s*:\s+(#[^\s#]\S*)""")


def read(directory: Path, name: str) -> bytes:
    """The bytes of a configuration file. Raises ConfigInvalid where it is missing, unreadable or too large."""
    try:
        with (directory / name).open("rb") as file:
            return file.read(BYTES_AT_MOST + 1)
    except FileNotFoundError:
        cure = f"put {name} into the directory {directory.name or directory}"
        raise ConfigInvalid([ConfigError(name, 1, 1, "the file is missing", cure)]) from None
    except OSError as error:
        message = f"the file cannot be read ({error.strerror})"
        raise ConfigInvalid([ConfigError(name, 1, 1, message, "see that it is a file the service may read")]) from None


def parse(name: str, raw: bytes) -> tuple[Document | None, list[ConfigError]]:
    """The document, where there is one to go on with, and every slip in it."""
    text, errors = _decoded(name, raw)
    if errors:
        return None, errors
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        return None, _no_yaml(name, text, error)
    except YAMLError as error:
        return None, [ConfigError(name, 1, 1, _first_line(error), "start from the file that is shipped")]
    except RecursionError:
        return None, [_too_deep(name, (1, 1))]
    if node is None:
        return None, [ConfigError(name, 1, 1, "the file is empty", "start from the file that is shipped")]
    return _Walk(name, text).document(node)


def _decoded(name: str, raw: bytes) -> tuple[str, list[ConfigError]]:
    if len(raw) > BYTES_AT_MOST:
        return "", [ConfigError(name, 1, 1, "the file is larger than 1 MiB", "keep only what the program needs")]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        col = error.start - raw.rfind(b"\n", 0, error.start)
        return "", [ConfigError(name, line, col, "this is not UTF-8 text", "save the file with the encoding UTF-8")]
    return text, _odd_characters(name, text)


def _odd_characters(name: str, text: str) -> list[ConfigError]:
    controls = [
        ConfigError(
            name, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), "an invisible character", "delete it"
        )
        for at in (found.start() for found in islice(_CONTROL.finditer(text), _ALIKE_AT_MOST))
    ]
    tabs = [
        ConfigError(
            name, number, line.index("\t") + 1, "a tab indents this line", "use spaces; YAML allows no tabs here"
        )
        for number, line in enumerate(text.split("\n"), 1)
        if "\t" in line[: len(line) - len(line.lstrip())] and line.strip()
    ]
    return controls + tabs[:_ALIKE_AT_MOST]


def _no_yaml(name: str, text: str, error: MarkedYAMLError) -> list[ConfigError]:
    mark = error.problem_mark or error.context_mark
    line, col = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    # In `{…}` an unquoted colour comments the closing brace away; the parser notices much later.
    commented = [
        ConfigError(name, number, found.start(2) + 1, *_commented(found.group(1), found.group(2)))
        for number, source in enumerate(text.split("\n")[:line], 1)
        if (found := _COMMENTED.search(source))
    ]
    if commented:
        return commented
    words = " ".join(filter(None, (error.context, error.problem))).replace("\n", " ")
    return [ConfigError(name, line, col, f"this is not YAML ({words})", "look at the line and the one before it")]


def _commented(key: str, rest: str) -> tuple[str, str]:
    return (
        f"`{key}` has no value: YAML takes everything after # for a comment",
        f'put it in quotes: {key}: "{rest.rstrip(",}]")}"',
    )


def _first_line(error: YAMLError) -> str:
    words = str(error).split("\n")[0]
    return f"this is not YAML ({words})"


def _too_deep(name: str, mark: Mark) -> ConfigError:
    message = f"values stand in each other more than {DEPTH_AT_MOST} deep"
    return ConfigError(name, *mark, message, "write it flatter, and let no alias name what it stands in")


class _TooMuchError(Exception):
    """The file unfolds to more than anybody would write."""


class _Walk:
    """Walks the nodes once, aliases unfolded, noting places and slips."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.lines = text.split("\n")
        self.values: dict[Trail, Mark] = {}
        self.keys: dict[Trail, Mark] = {}
        self.explained: set[Trail] = set()
        self.errors: list[ConfigError] = []

    def document(self, node: Node) -> tuple[Document | None, list[ConfigError]]:
        """The whole document, or None where it unfolds without end."""
        try:
            data = self._value(node, ())
        except _TooMuchError:
            return None, self.errors
        return Document(self.name, data, self.values, self.keys, frozenset(self.explained)), self.errors

    def _value(self, node: Node, path: Trail) -> object:
        mark = (node.start_mark.line + 1, node.start_mark.column + 1)
        self.values[path] = mark
        if len(path) > DEPTH_AT_MOST:
            self.errors.append(_too_deep(self.name, mark))
            raise _TooMuchError
        if len(self.values) > VALUES_AT_MOST:
            self._slip(mark, f"the file unfolds to more than {VALUES_AT_MOST} values", "use fewer aliases (*name)")
            raise _TooMuchError
        if str(node.tag) not in _PLAIN:
            tag = str(node.tag).replace(_TAG, "!!")
            self._slip(mark, f"the tag {tag} means nothing here", "write the value without it", path)
        match node:
            case MappingNode():
                return self._mapping(node, path)
            case SequenceNode():
                return [self._value(child, (*path, index)) for index, child in enumerate(node.value)]
            case _:
                return _scalar(node)

    def _mapping(self, node: MappingNode, path: Trail) -> dict[str, object]:
        found: dict[str, object] = {}
        for key_node, value_node in node.value:
            mark = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if not isinstance(key_node, ScalarNode):
                self._slip(mark, "a key is a list or a map", "write a word, then a colon")
                continue
            key = str(key_node.value)
            if key == "<<":
                self._slip(mark, "`<<` is not understood here", "write the keys out")
            elif key in found:
                first = self.keys[(*path, key)][0]
                self._slip(mark, f"`{key}` is written twice, first on line {first}", "keep one of them")
            else:
                self.keys[(*path, key)] = mark
                found[key] = self._value(value_node, (*path, key))
                if found[key] is None:
                    # An empty value begins where the next thing does: its key is where people look.
                    self.values[(*path, key)] = mark
                self._look_for_comment(key_node, found[key], (*path, key))
        return found

    def _look_for_comment(self, key_node: ScalarNode, value: object, path: Trail) -> None:
        """An unquoted `#1f75cb` is a comment, so its key has no value."""
        end = key_node.end_mark
        found = _VALUE_COMMENTED.match(self.lines[end.line][end.column :]) if value is None else None
        if found:
            mark = (end.line + 1, end.column + found.start(1) + 1)
            self._slip(mark, *_commented(str(path[-1]), found.group(1)), path)

    def _slip(self, mark: Mark, message: str, cure: str, path: Trail | None = None) -> None:
        self.errors.append(ConfigError(self.name, *mark, message, cure))
        if path is not None:
            self.explained.add(path)


def _scalar(node: Node) -> object:
    """A scalar's value; what is no number or truth stays text, dates too."""
    text = str(node.value)
    match str(node.tag).removeprefix(_TAG):
        case "null":
            return None
        case "bool":
            return text.casefold() == "true"
        case "int" if re.fullmatch(r"[-+]?\d{1,15}", text):
            return int(text)
        case "float" if re.fullmatch(r"[-+]?\d{1,15}\.\d{1,15}", text):
            return float(text)
        case _:
            return text
