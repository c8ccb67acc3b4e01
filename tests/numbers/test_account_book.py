"""The account book: a private file. Every bad row is told with its place and cure, all at once, and nothing it says."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.domain.account_book import AccountBook, BookEntry
from app.gateways.account_book_csv import read_account_book
from app.gateways.config_errors import ConfigInvalid
from tests.numbers.worlds import book, entry

HEAD = "account,name,arr,tier,region,renewal,health,probability,currency\n"
GOOD = (
    HEAD
    + '0018X00002AbCdE,"Acme, ""the"" Corp",120000.50,Ultimate,DACH,2026-06-30,Red,,USD\n'
    + "0065g00000QwErTAAV,Initech,80000,Premium,APAC,2026-03-31,,30 %,\n"
    + "https://crm.example.com/accounts/7?tab=1,,0,,,,,,\n"
)


def read(tmp_path: Path, text: str | bytes) -> AccountBook:
    path = tmp_path / "book.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_account_book(path, "USD")


def told(tmp_path: Path, text: str | bytes) -> list[str]:
    """What somebody reads who gives us this book."""
    with pytest.raises(ConfigInvalid) as caught:
        read(tmp_path, text)
    return str(caught.value).splitlines()


def test_a_book_is_read(tmp_path: Path) -> None:
    assert dict(read(tmp_path, GOOD).entries) == {
        "0018X00002AbCdE": BookEntry(
            "0018X00002AbCdE",
            Decimal("120000.50"),
            'Acme, "the" Corp',
            "Ultimate",
            "DACH",
            date(2026, 6, 30),
            "red",
            None,
        ),
        "0065g00000QwErT": BookEntry(
            "0065g00000QwErT", Decimal(80000), "Initech", "Premium", "APAC", date(2026, 3, 31), None, 30
        ),
        "https://crm.example.com/accounts/7": BookEntry("https://crm.example.com/accounts/7", Decimal(0)),
    }


def test_as_spreadsheets_save_it(tmp_path: Path) -> None:
    """A byte order mark, semicolons, Windows line ends, columns in any order, empty lines at the end."""
    text = "\ufeffARR;Account\r\n120000;0018X00002AbCdE\r\n;\r\n\r\n"
    assert read(tmp_path, text).entries["0018X00002AbCdE"].arr == 120_000


def test_everything_that_is_wrong_is_told_at_once_with_its_place_and_without_its_words(tmp_path: Path) -> None:
    text = (
        HEAD
        + "Acme Corp,Acme Corp,120000,,,,,,\n"
        + '0018X00002AbCdE,Acme Corp,"120,000",,,31.3.2026,fine,400,EUR\n'
        + "0018X00002AbCdF,Initech,80000,,,,,,\n"
        + "0018X00002AbCdFAAV,Initech,80000,,,,,,\n"
        + "0018X00002AbCdG,Umbrella, Inc,80000,,,,,,\n"
        + '0018X00002AbCdH,"Umbrella,80000,,,,,,\n'
        + "0018X00002AbCdJ,Hooli,,,,2026-02-30,,,\n"
    )
    lines = told(tmp_path, text)
    assert lines == [
        "book.csv:2:1: this is no account — write the Salesforce id, 15 or 18 characters from 001 or 006, or the "
        "account's https link in another CRM",
        "book.csv:3:27: this is no amount — write digits, and cents after a point: 120000 or 120000.50, without "
        "currency and thousands marks",
        "book.csv:3:39: this is no date — write it like 2026-03-31, or leave it empty",
        "book.csv:3:49: this is no health — write red, yellow, green, or leave it empty",
        "book.csv:3:54: this is no probability — write percent, 0 to 100",
        "book.csv:3:58: this is not in USD, and there is one currency for all amounts — convert the row to USD",
        "book.csv:5:1: this account is there already, on line 4; ids of 15 and of 18 characters are one — keep one of "
        "them",
        "book.csv:6:1: the row has 10 values, and there are 9 columns — put values with a comma into quotes",
        "book.csv:7:1: a quotation mark is never closed, or text follows it — put the whole value in quotes, and "
        'write " in it twice',
        "book.csv:8:23: this is no amount — write digits, and cents after a point: 120000 or 120000.50, without "
        "currency and thousands marks",
        "book.csv:8:26: this is no date — write it like 2026-03-31, or leave it empty",
    ]
    assert not [w for w in ("Acme", "Initech", "Umbrella", "Hooli", "120,000", "80000") if w in "\n".join(lines)]


CURE = "name the columns in the first line: account, name, arr, tier, region, renewal, health, probability, currency"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [f"book.csv:1:1: the file is empty — {CURE}"]),
        (
            "0018X00002AbCdE,Acme Corp\n",
            [
                f"book.csv:1:1: the column `account` is missing — {CURE}",
                f"book.csv:1:1: the column `arr` is missing — {CURE}",
                f"book.csv:1:1: this is no column used here — {CURE}",
                f"book.csv:1:17: this is no column used here — {CURE}",
            ],
        ),
        ("account,arr,arr\n", ["book.csv:1:13: the column `arr` is there twice — keep one"]),
        (b"account,arr\nM\xfcller,1\n", ["book.csv:1:1: the file is not UTF-8 — save it as CSV UTF-8"]),
        ("account,arr\n-,1\n0018X00002AbCdE,-5\n", [
            "book.csv:2:1: this is no account — write the Salesforce id, 15 or 18 characters from 001 or 006, or the "
            "account's https link in another CRM",
            "book.csv:3:17: this is no amount — write digits, and cents after a point: 120000 or 120000.50, without "
            "currency and thousands marks",
        ]),
    ],
)  # fmt: skip
def test_a_file_that_is_no_book(tmp_path: Path, text: str | bytes, lines: list[str]) -> None:
    assert told(tmp_path, text) == lines


def test_a_tier_without_a_weight_is_told(tmp_path: Path) -> None:
    path = tmp_path / "book.csv"
    path.write_text("account,arr,tier\n0018X00002AbCdE,1,GitLab Ultimate\n0018X00002AbCdF,1,gold\n0018X00002AbCdG,1,\n")
    with pytest.raises(ConfigInvalid) as caught:
        read_account_book(path, "USD", ("ultimate", "premium"))
    assert str(caught.value) == (
        "book.csv:3:19: this is no tier that has a weight — write ultimate or premium, as in `numbers: tiers:`, or "
        "leave it empty"
    )


def test_a_book_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        read_account_book(tmp_path / "none.csv", "USD")
    assert str(caught.value) == (
        "none.csv:1:1: the file cannot be read (No such file or directory) — mend SOUNDING_BOARD_ACCOUNT_BOOK, or the "
        "file's rights"
    )


def test_neither_a_name_nor_an_amount_is_printed_by_accident(tmp_path: Path) -> None:
    shown = repr(read(tmp_path, GOOD)) + repr(entry(1, 123_456, name="Acme Corp"))
    assert "Acme" not in shown
    assert "120000" not in shown
    assert "123456" not in shown


@pytest.mark.parametrize(
    ("text", "leak"),
    [
        ("the customer ACME corp said so", True),
        ("https://crm.example.com/accounts/acme-corp", True),
        ("acme corporation is the same", True),
        ("acme", True),
        ("AcmeCorp wants it", True),
        ("acmes", False),
        ("Big Blue says", True),
        ("BigBlue, Inc. says", True),
        ("Contoso told me", True),
        ("CONTOSO AG", True),
        ("HP said so", True),
        ("hp sauce", False),
        ("it is ours", False),
        ("A&B wants it", True),
        ("a bee", False),
        ("1.25M", True),
        ("1250k", True),
        ("1 250 000", True),
        ("1.250.000 EUR", True),
        ("1'250'000", True),
        ("1,25 Mio", True),
        ("1.26M", False),
        ("123456.78", True),
        ("about 123,456.78 USD", True),
        ("123456", False),
        ("1234567.89 and 0.123456", False),
        ("100–250k", False),
        ("2026-03-31", False),
        ("500", False),
    ],
)
def test_what_gives_the_book_away(text: str, leak: bool) -> None:
    of = book(
        entry(1, "123456.78", name="Acme Corp"),
        entry(2, 500, name="IT"),
        entry(3, 1_250_000, name="Big Blue, Inc."),
        entry(4, 0, name="Contoso GmbH"),
        entry(5, 0, name="HP Inc."),
        entry(6, 0, name="A&B"),
    )
    assert of.gives_away(["nothing", text]) is leak


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("They pay us 612345 a year", True),
        ("612345 is what they leave us", True),
        ("It is 612,345 here", True),
        ("a revenue of 50000 is at stake", True),
        ("$50,000", True),
        ("50000 users", False),
        ("50000 active users pay for nothing", False),
        ("612345 builds a month, on 50000 projects", False),
        ("the limit is 50000", False),
        ("another customer pays 777777", True),
        ("777777 rows", False),
        ("see #612345 and https://gitlab.com/a/b/-/issues/612345", False),
        ("612346", False),
    ],
)
def test_an_amount_in_bare_digits_is_noticed_where_it_can_only_be_one(text: str, typed: bool) -> None:
    of = book(entry(1, 612_345), entry(2, 50_000), entry(3, 777_777))
    assert of.types_amount(text, [entry(1, 0).key, entry(2, 0).key]) is typed
