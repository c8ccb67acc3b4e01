"""The stand-in's pages say what its code does."""

from tests.fakegitlab import reference

HINT = "run `make generate` and commit what it writes"


def test_the_table_of_operations_is_fresh() -> None:
    assert reference.OPERATIONS.read_text(encoding="utf-8") == reference.operations_page(), HINT


def test_the_rule_book_is_fresh() -> None:
    assert reference.RULES.read_text(encoding="utf-8") == reference.rules_page(), HINT


def test_every_operation_says_what_it_does() -> None:
    bare = [line for line in reference.operations_page().splitlines() if line.endswith("|  |")]
    assert bare == []
