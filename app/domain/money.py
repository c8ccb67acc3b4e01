"""Money as people type it (requests 2.5, rule 6): read in its own field or as a whole part, never out of prose."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from app.domain.customer import Amount

_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}
_DOLLARS = {"A": "AUD", "AU": "AUD", "C": "CAD", "CA": "CAD", "NZ": "NZD", "HK": "HKD", "S": "SGD", "R": "BRL"}
_CODES = "USD|EUR|GBP|CHF|JPY|AUD|CAD|NZD|INR|SEK|NOK|DKK|PLN|CZK|SGD|HKD|CNY|KRW|BRL|MXN|ZAR|ILS|AED"
_SIZES = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}
_LONGEST = 500
_MOST = Decimal(10**12)

# A number is at most 30 characters long, so that one that never ends is no number, and costs nothing.
_NUMBER = r"(?:\d{1,3}(?:[ ']\d{3}){1,6}(?![\d])(?:[.,]\d{1,2}(?!\d))?|\d[\d.,]{0,30})"
_SIZE = r"(?:k|thousand|mio|mn|mm|million|m|bn|billion|b)"
_TOKEN = re.compile(
    rf"(?P<before>[$€£¥₹]|\b(?:{_CODES})(?=[\s\d$€£¥₹]))?[ ]?(?P<sign>[$€£¥₹])?[ ]?(?<![\w.,/])(?P<number>{_NUMBER})"
    rf"[ ]?(?P<size>{_SIZE}(?![A-Za-z])|{_SIZE}(?=(?:{_CODES})\b))?[ ]?(?P<after>[$€£¥₹]|(?:{_CODES})\b)?",
    re.IGNORECASE,
)
_DATE = re.compile(r"20\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[./]\d{1,2}[./]20\d\d")
_COUNTED = re.compile(
    r"\s{0,3}(?:%|percent|seats?|users?|licen[cs]es?|dev|people|engineers?|employees|teams?|projects?|months?|years?|days?|hours?|runners?)\b|%",
    re.IGNORECASE,
)
_COUNTED_SOON = re.compile(
    r"(?:\s{1,3}[A-Za-z-]{2,20}){0,2}\s{0,3}(?:%|(?:percent|seats?|users?|licen[cs]es?|dev|people|developers?|engineers?"
    r"|employees|teams?|projects?|runners?|builds?|jobs?|pipelines?|repos?|repositories|issues?|rows?|lines?|files?"
    r"|commits?|requests?|minutes?|days|hours?)\b)",
    re.IGNORECASE,
)
_OF_MONEY = re.compile(
    r"\b(?:pay(?:s|ing|ments?)?|paid|arr|carr|acv|tcv|revenue|spend(?:s|ing)?|spent|contract|invoiced?|budget|worth"
    r"|renewal|dollars?|euros?|pounds?)\b",
    re.IGNORECASE,
)
_BESIDE = 40
_BETWEEN = re.compile(r"\s{0,3}(?:-|–|—|−|to|bis|\.\.|and)\s{0,3}", re.IGNORECASE)
_FILLING = re.compile(
    r"\b(?:arr|net|new|acv|carr|about|around|approx|approximately|ca|circa|roughly|between|from|at|stake|p|a|per|year|yr|annual|annually|"
    r"yearly|the|of|is|in|band)\b",
    re.IGNORECASE,
)
_QUALIFIED = re.compile(
    r"(?:\b(?:(?:less|no more|fewer) than|not more than|up to|at most|max|maximum|under|below|was|were|used to"
    r"|instead of|per month|a month|monthly|month|per quarter|quarterly|tcv|one[- ]off|once"
    r"|(?:over|for) \d{1,2} (?:years|months))\b|[<≤]|/ ?mo(?:nth)?\b)",
    re.IGNORECASE,
)
_PER_YEAR = re.compile(r"/ ?(?:year|yr|y|a)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Token:
    value: Decimal
    size: str
    currency: str | None
    start: int
    end: int

    @property
    def rank(self) -> int:
        """The lower, the more it looks like money: with a currency, with k or M, bare."""
        return 0 if self.currency else 1 if self.size else 2


def amount(text: str) -> Amount | None:
    """The amount in a field of its own: what has a currency, else what has k or M, else a lone number. None for an
    upper limit, a change, or what is not for a year.
    """
    text = _without_dates(text[:_LONGEST])
    if _QUALIFIED.search(text):
        return None
    tokens = _tokens(text)
    best = min((token.rank for token in tokens), default=2)
    chosen = next((i for i, token in enumerate(tokens) if token.rank == best), None)
    if chosen is None or (best == 2 and not _nothing_else(text, tokens)):
        return None
    return _span(text, tokens, chosen)


def whole_amount(text: str) -> Amount | None:
    """The amount where a text is nothing but one; a small bare number, and a bare year, is no amount."""
    tokens = _tokens(text) if len(text) <= 100 else []
    if not tokens or not _nothing_else(text, tokens):
        return None
    if all(token.rank == 2 and (token.value < 1000 or _is_year(token)) for token in tokens):
        return None
    return amount(text)


def typed(text: str) -> bool:
    """Whether a sum seems to be typed, understood or not. A bare year is none, nor is the number of an issue."""
    text = _without_dates(text)
    found = (m for m in _TOKEN.finditer(text) if not _COUNTED.match(text, m.end()))
    return any(_sized(m) or (_is_long(m["number"]) and text[: m.start("number")][-1:] != "#") for m in found)


def qualified(text: str) -> bool:
    """Whether a sum is typed with words by which it says less than it seems to."""
    return bool(_QUALIFIED.search(text[:_LONGEST])) and typed(text)


def sums(text: str, *, bare: bool) -> Iterator[Decimal]:
    """Every number of a text that may be a sum, however it is written; with `bare` also without currency and k or M."""
    text = _without_dates(text)
    for m in _TOKEN.finditer(text):
        size = _unit(m["size"])
        value = _value(m["number"].rstrip(".,"), size)
        if value is not None and (bare or (_sized(m) and not _COUNTED.match(text, m.end()))):
            yield value * _SIZES[size]


def bare_sums(text: str) -> Iterator[tuple[Decimal, bool]]:
    """Every number without currency, k or M that counts nothing else, and whether words of money stand beside it."""
    text = _without_dates(text)
    for m in _TOKEN.finditer(text):
        value = _value(m["number"].rstrip(".,"), "")
        numbered = text[: m.start("number")][-1:] in ("#", "!")
        if value is None or _sized(m) or numbered or _COUNTED_SOON.match(text, m.end("number")):
            continue
        beside = f"{text[max(0, m.start() - _BESIDE) : m.start()]} {text[m.end() : m.end() + _BESIDE]}"
        yield value, _OF_MONEY.search(beside) is not None


def _sized(found: re.Match[str]) -> bool:
    return any(found[part] for part in ("before", "sign", "size", "after"))


def _without_dates(text: str) -> str:
    return _DATE.sub(lambda m: "#" * len(m[0]), text)


def _is_long(number: str) -> bool:
    """Whether a bare number may be a sum: four digits that are no year, or more."""
    digits = re.sub(r"\D", "", number)
    return len(digits) > 4 or (len(digits) == 4 and digits[:2] not in ("19", "20"))


def _is_year(token: _Token) -> bool:
    return token.rank == 2 and 1900 <= token.value < 2100


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    for m in _TOKEN.finditer(text):
        size = _unit(m["size"])
        value = _value(m["number"].rstrip(".,"), size)
        counted = _COUNTED.match(text, m.end())
        negative = not found and text[: m.start("number")].rstrip("$€£¥₹")[-1:] in ("-", "−")
        if value is not None and not counted and not negative and value * _SIZES[size] <= _MOST:
            currency = _currency(m["before"] or m["sign"] or m["after"], text[: m.start()])
            found.append(_Token(value, size, currency, m.start(), m.end()))
    return found


def _unit(size: str | None) -> str:
    first = (size or "")[:1].casefold()
    return "k" if first == "t" else first


def _currency(typed_currency: str | None, before: str) -> str | None:
    if typed_currency == "$" and (country := re.search(r"(?<![A-Za-z])[A-Z]{1,2}\Z", before[-3:])):
        return _DOLLARS.get(country[0], "USD")
    return _SIGNS.get(typed_currency, typed_currency.upper()) if typed_currency else None


def _value(number: str, size: str) -> Decimal | None:
    """`1.250M` is a decimal, `1.250.000` and a bare `1.250` are grouped; None where it could be either."""
    number = number.replace(" ", "").replace("'", "")
    marks = [c for c in number if c in ".,"]
    if len(set(marks)) == 2:
        whole, decimals = number.rsplit(marks[-1], 1)
        return _grouped(whole, marks[0], decimals) if marks.count(marks[-1]) == 1 else None
    if len(marks) > 1:
        return _grouped(number, marks[0], "")
    if not marks:
        return Decimal(number)
    before, after = number.split(marks[0])
    if len(after) != 3 or not 1 <= len(before) <= 3:
        return Decimal(f"{before}.{after}")
    if size:
        return Decimal(f"{before}.{after}") if marks[0] == "." else Decimal(before + after) if size == "k" else None
    return Decimal(before + after)


def _grouped(number: str, mark: str, decimals: str) -> Decimal | None:
    first, *others = number.split(mark)
    if not 1 <= len(first) <= 3 or any(len(group) != 3 for group in others):
        return None
    return Decimal(f"{first}{''.join(others)}.{decimals or 0}")


def _nothing_else(text: str, tokens: list[_Token]) -> bool:
    """Whether a text is its one amount, or range, and words that say no more."""
    if len(tokens) > 2 or (len(tokens) == 2 and not _BETWEEN.fullmatch(text[tokens[0].end : tokens[1].start].rstrip())):
        return False
    rest = _PER_YEAR.sub(" ", text[: tokens[0].start] + " " + text[tokens[-1].end :])
    return not re.search(r"[^\W_]", _FILLING.sub(" ", rest))


def _span(text: str, tokens: list[_Token], chosen: int) -> Amount:
    """The amount of a token: the lower end of a range it is an end of (honest), and its upper end."""
    for low, high in ((chosen - 1, chosen), (chosen, chosen + 1)):
        if low >= 0 and high < len(tokens) and _BETWEEN.fullmatch(text[tokens[low].end : tokens[high].start]):
            found = _range(tokens[low], tokens[high])
            if found:
                return found
    token = tokens[chosen]
    return Amount(token.value * _SIZES[token.size], None, token.currency)


def _range(low: _Token, high: _Token) -> Amount | None:
    top = high.value * _SIZES[high.size]
    sizes = [low.size] if low.size else [high.size, "k", ""]
    bottom = next((b for size in sizes if (b := low.value * _SIZES[size]) < top), None)
    if bottom is None or (low.currency and high.currency and low.currency != high.currency):
        return None
    return Amount(bottom, top, high.currency or low.currency)
