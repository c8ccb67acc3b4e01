"""The stand-in's pages say what its code does, and every rule says where it is from and how sure it is."""

import re

from tests.fakegitlab import reference
from tests.fakegitlab.reference import Rule

HINT = "run `make generate` and commit what it writes"
SECTION = re.compile(r"CONTRACT \d+(, \d+)*")
SOURCE_CODE = re.compile(r"(app|lib)/[\w/]+(\.rb)?")
PAGE = re.compile(r"doc/[\w/-]+\.md|OpenAPI 19\.4|rest_contract|rest_examples|limits\.json|spec/fixtures/api/schemas")
STANDARD = ("CSS Color Module Level 4", "Rack::ETag")
# A claim in words that stands outside a mark: it would be listed nowhere.
LOOSE = re.compile(r"CONTRACT \d|\b(documented|guess|guessed)\b|\bsure\b|\ba difference\b|\.rb\b|\bdoc/")
# What GitLab has nothing like, or what only carries the rules of others.
CLAIMS_NOTHING = {
    *("__init__.py", "__main__.py", "agenda.py", "clock.py", "digits.py", "faults.py", "issue_change.py", "model.py"),
    *("moment.py", "operations.py", "outbox.py", "possessions.py", "pytest_plugin.py", "saving.py", "seed.py"),
    *("server.py", "state.py", "web.py", "world.py", "world_file.py", "graphql/__init__.py", "graphql/parser.py"),
    *("api/__init__.py", "api/administration.py", "api/answer.py", "api/request.py", "api/rest.py", "api/routing.py"),
    *("page/__init__.py", "page/looks.py", "page/reader.py", "page/routes.py", "page/story.py", "page/stream.py"),
}


def fit(rule: Rule) -> bool:
    """Whether its sources can carry its grade."""
    match rule.grade:
        case "sure":
            return any(
                SECTION.fullmatch(one) or SOURCE_CODE.fullmatch(one) or one == "captures" for one in rule.sources
            )
        case "documented":
            return rule.sources != ("memory",)
        case _:
            return True


def known(source: str) -> bool:
    """Whether it is a section of the rule book, a file of GitLab's, a page of its documentation, or memory."""
    shapes = (SECTION, SOURCE_CODE, PAGE)
    return source in (*STANDARD, "captures", "memory") or any(shape.fullmatch(source) for shape in shapes)


def test_the_table_of_operations_is_fresh() -> None:
    assert reference.OPERATIONS.read_text(encoding="utf-8") == reference.operations_page(), HINT


def test_the_rule_book_is_fresh() -> None:
    assert reference.RULES.read_text(encoding="utf-8") == reference.rules_page(), HINT


def test_every_operation_says_what_it_does_and_how_sure_that_is() -> None:
    bare = [line for line in reference.operations_page().splitlines() if "|  |" in line]
    assert bare == []


def test_every_rule_has_words_a_source_and_a_grade_that_fits_it() -> None:
    rules = reference.rules()
    assert len(rules) > 200
    assert [rule for rule in rules if not rule.text or not all(map(known, rule.sources)) or not fit(rule)] == []


def test_every_section_that_is_named_is_in_the_rule_book() -> None:
    head = reference.RULES.read_text(encoding="utf-8").partition(reference.MARKER)[0]
    told = set(re.findall(r"^\| CONTRACT (\d+) \|", head, re.MULTILINE))
    named = {number for rule in reference.rules() for one in rule.sources for number in _numbers(one)}
    assert named <= told


def _numbers(source: str) -> list[str]:
    return re.findall(r"\d+", source) if SECTION.fullmatch(source) else []


def test_every_file_that_knows_gitlab_says_from_where() -> None:
    graded = {rule.file for rule in reference.rules()}
    files = {path.relative_to(reference.CODE).as_posix() for path in reference.CODE.rglob("*.py")}
    assert files - graded - CLAIMS_NOTHING == set()


def test_nothing_is_claimed_outside_a_mark() -> None:
    told = (one for path in sorted(reference.CODE.rglob("*.py")) for one in reference.docstrings(path))
    rest = ((file, where, reference.MARK.sub("", " ".join(text.split()))) for file, where, text in told)
    assert [one for one in rest if LOOSE.search(one[2])] == []
