"""Reads the account book, a private CSV file: `account,name,arr,tier,region,renewal,health,probability,currency`.

Every bad row is named by its place with its cure, all at once; never by what it says (promise 11).
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from app.domain.account_book import AccountBook, BookEntry
from app.domain.accounts import key_of
from app.gateways.config_errors import ConfigError, ConfigInvalid

REQUIRED = ("account", "arr")
COLUMNS = ("account", "name", "arr", "tier", "region", "renewal", "health", "probability", "currency")
HEALTH = ("red", "yellow", "green")

_AMOUNT = re.compile(r"\d{1,12}(?:\.\d{1,2})?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PERCENT = re.compile(r"(\d{1,3}) ?%?")
_SALESFORCE_ID = re.compile(r"00[16][A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?")
_LINK = re.compile(r"https://[^\s/]+/\S+")


@dataclass(frozen=True, slots=True)
class _Cell:
    """One value and where it begins, counted from 1."""

    text: str
    line: int
    col: int


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is wrong with a cell, without its words."""

    what: str
    cure: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What the program has: one currency, and the tiers that have a weight."""

    currency: str
    tiers: Collection[str]


def read_account_book(path: Path, currency: str, tiers: Collection[str] = ()) -> AccountBook:
    """The book. Columns are named in the first line, in any order, apart by commas or semicolons; `tiers` are all there
    are. Raises ConfigInvalid with all that is wrong.
    """
    errors: list[ConfigError] = []
    rows = list(_rows(_text(path), path.name, errors))
    if not rows:
        raise ConfigInvalid([*errors, ConfigError(path.name, 1, 1, "the file is empty", _HEADER_CURE)])
    columns = _columns(rows[0], path.name, errors)
    entries: dict[str, BookEntry] = {}
    seen: dict[str, int] = {}
    for row in rows[1:] if columns else ():
        entry = _entry(row, columns, _Known(currency, tiers), path.name, errors)
        if entry is None:
            continue
        first = seen.setdefault(entry.key, row[0].line)
        if entry.key in entries:
            cell = row[columns["account"]]
            message = f"this account is there already, on line {first}; ids of 15 and of 18 characters are one"
            errors.append(ConfigError(path.name, cell.line, cell.col, message, "keep one of them"))
        entries[entry.key] = entry
    if errors:
        raise ConfigInvalid(errors)
    return AccountBook(entries, currency)


_HEADER_CURE = f"name the columns in the first line: {', '.join(COLUMNS)}"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        why, cure = problem.strerror or "nobody knows why", "mend SOUNDING_BOARD_ACCOUNT_BOOK, or the file's rights"
        raise ConfigInvalid([ConfigError(path.name, 1, 1, f"the file cannot be read ({why})", cure)]) from None
    except UnicodeDecodeError:
        cure = "save it as CSV UTF-8"
        raise ConfigInvalid([ConfigError(path.name, 1, 1, "the file is not UTF-8", cure)]) from None


def _rows(text: str, file: str, errors: list[ConfigError]) -> Iterator[list[_Cell]]:
    """The rows that say something. A row is one line: none of the columns needs a line break."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    apart = ";" if lines[0].count(";") > lines[0].count(",") else ","
    for number, line in enumerate(lines, 1):
        if not line.strip(f" \t{apart}"):
            continue
        cells = _cells(line, number, apart)
        if cells is None:
            fault = "a quotation mark is never closed, or text follows it"
            errors.append(ConfigError(file, number, 1, fault, 'put the whole value in quotes, and write " in it twice'))
        else:
            yield cells


def _cells(line: str, number: int, apart: str) -> list[_Cell] | None:
    cells: list[_Cell] = []
    at = 0
    while at <= len(line):
        if line[at : at + 1] == '"':
            end = _closing(line, at + 1)
            if end is None or line[end + 1 : end + 2] not in ("", apart):
                return None
            text, onward = line[at + 1 : end].replace('""', '"'), end + 1
        else:
            onward = line.find(apart, at)
            onward = len(line) if onward < 0 else onward
            text = line[at:onward]
        cells.append(_Cell(text.strip(), number, at + 1))
        at = onward + 1
    return cells


def _closing(line: str, at: int) -> int | None:
    while (end := line.find('"', at)) >= 0:
        if line[end + 1 : end + 2] != '"':
            return end
        at = end + 2
    return None


def _columns(head: list[_Cell], file: str, errors: list[ConfigError]) -> dict[str, int]:
    """Where each column stands; nothing where the head cannot be used. Its words are not repeated: it may be a row."""
    found: dict[str, int] = {}
    wrong = len(errors)
    for index, cell in enumerate(head):
        name = cell.text.casefold()
        if name not in COLUMNS:
            errors.append(ConfigError(file, cell.line, cell.col, "this is no column used here", _HEADER_CURE))
        elif name in found:
            errors.append(ConfigError(file, cell.line, cell.col, f"the column `{name}` is there twice", "keep one"))
        found.setdefault(name, index)
    errors += [
        ConfigError(file, head[0].line, 1, f"the column `{name}` is missing", _HEADER_CURE)
        for name in REQUIRED
        if name not in found
    ]
    return found if len(errors) == wrong else {}


def _entry(
    row: list[_Cell], columns: Mapping[str, int], known: _Known, file: str, errors: list[ConfigError]
) -> BookEntry | None:
    """The entry of a row, or None and what is wrong with it."""
    if len(row) != len(columns):
        message = f"the row has {len(row)} values, and there are {len(columns)} columns"
        errors.append(ConfigError(file, row[0].line, 1, message, "put values with a comma into quotes"))
        return None
    cells = {name: row[index] for name, index in columns.items()}
    told = {name: _told(name, cell.text, known) for name, cell in cells.items()}
    wrong = [(cells[name], fault) for name, fault in told.items() if isinstance(fault, _Fault)]
    errors += [ConfigError(file, cell.line, cell.col, fault.what, fault.cure) for cell, fault in wrong]
    told.pop("currency", None)
    return None if wrong else BookEntry(key=str(told.pop("account")), **told)  # type: ignore[arg-type]


def _told(name: str, text: str, known: _Known) -> object:
    currency, tiers = known.currency, known.tiers
    if not text and name not in REQUIRED:
        return None
    match name:
        case "account":
            return _account(text)
        case "arr":
            cure = "write digits, and cents after a point: 120000 or 120000.50, without currency and thousands marks"
            return _if(_AMOUNT.fullmatch(text), lambda: Decimal(text), "this is no amount", cure)
        case "renewal":
            return _day(text)
        case "health":
            cure = f"write {', '.join(HEALTH)}, or leave it empty"
            return _if(text.casefold() in HEALTH, text.casefold, "this is no health", cure)
        case "probability":
            percent = _PERCENT.fullmatch(text)
            good = percent is not None and int(percent[1]) <= 100
            return _if(good, lambda: int(text.rstrip(" %")), "this is no probability", "write percent, 0 to 100")
        case "tier" if tiers:
            good = any(tier.casefold() in text.casefold() for tier in tiers)
            cure = f"write {' or '.join(tiers)}, as in `numbers: tiers:`, or leave it empty"
            return _if(good, lambda: text, "this is no tier that has a weight", cure)
        case "currency":
            what = f"this is not in {currency}, and there is one currency for all amounts"
            return _if(text.upper() == currency, lambda: currency, what, f"convert the row to {currency}")
        case _:
            return text


def _account(text: str) -> object:
    known = _SALESFORCE_ID.fullmatch(text) or _LINK.fullmatch(text)
    cure = "write the Salesforce id, 15 or 18 characters from 001 or 006, or the account's https link in another CRM"
    return _if(known, lambda: key_of(text), "this is no account", cure)


def _day(text: str) -> object:
    cure = "write it like 2026-03-31, or leave it empty"
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else _Fault("this is no date", cure)
    except ValueError:
        return _Fault("this is no date", cure)


def _if(good: object, value: Callable[[], object], what: str, cure: str) -> object:
    return value() if good else _Fault(what, cure)
