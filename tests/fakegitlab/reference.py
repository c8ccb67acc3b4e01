"""Makes the stand-in's pages of reference from its code: `python -m tests.fakegitlab.reference` writes them.

They are the table of operations (docs/stand-in-operations.md) and the rule book's list of rules (docs/gitlab-rules.md,
below its marker): each sentence of a docstring that says where its rule comes from.
"""

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import app.fakegitlab
from app.fakegitlab.api.routing import routes

HOUSE = Path(__file__).parents[2]
CODE = Path(app.fakegitlab.__file__).parent
OPERATIONS = HOUSE / "docs" / "stand-in-operations.md"
RULES = HOUSE / "docs" / "gitlab-rules.md"
MARKER = "<!-- made by `make generate` from the docstrings of app/fakegitlab; what follows is not edited by hand -->\n"
GRADES = ("guess", "documented", "sure")
SOURCED = re.compile(r"CONTRACT \d|\ba difference\b|\b(sure|documented|guess|source)\b|rest_contract|limits\.json")
METHODS = {"GET": 0, "POST": 1, "PUT": 2, "PATCH": 3, "DELETE": 4}
# What `:id` is not told by: the part of the path that names what the operation is about.
BESIDE = {"projects", "groups", "users", "issues", "all", "self", "-"}


def operations_page() -> str:
    """Every operation, by what it is about, with what it does."""
    lines = [
        "# Operations of the stand-in",
        "",
        "Made from the routes in `app/fakegitlab/api` by `make generate`. Every path begins with `/api/v4`.",
        "Whatever is not listed answers 501 and says so. How the listed ones behave: [the rule book](gitlab-rules.md).",
        "GraphQL has one address, `POST /api/graphql`, and knows what `app/fakegitlab/graphql/schema.py` lists.",
    ]
    known = sorted(
        (line.split(" ", 1) for line in routes.listed()), key=lambda one: (_subject(one[1]), one[1], METHODS[one[0]])
    )
    for subject, rows in groupby(known, key=lambda one: _subject(one[1])):
        lines += ["", f"## {subject.replace('_', ' ').capitalize()}", "", "| operation | what it does |", "|---|---|"]
        lines += [f"| `{method} {path}` | {_purpose(method, path)} |" for method, path in rows]
    return "\n".join(lines) + "\n"


def _subject(path: str) -> str:
    words = [word for word in path.strip("/").split("/") if not word.startswith(":")]
    if words[0] == "projects" and len(words) > 1 and words[1] == "issues":
        return words[2] if len(words) > 2 and words[2] in ("notes", "discussions", "links") else _of_issue(words)
    if words[0] in ("users", "user") and "tokens" not in words[-1]:
        return "users"
    return next((word for word in words if word not in BESIDE), words[-1])


def _of_issue(words: list[str]) -> str:
    return "award_emoji" if "award_emoji" in words else "history" if "resource" in words[-1] else "issues"


def _purpose(method: str, path: str) -> str:
    found = routes.find(method, path)
    assert found is not None, (method, path)
    return _cell(_first_sentence(inspect.getdoc(found[1]) or ""))


def rules_list() -> str:
    """The rules by file: what is said of them, and how sure that is."""
    lines: list[str] = []
    for path in sorted(CODE.rglob("*.py")):
        rows = list(_rules_of(path))
        if rows:
            lines += [
                "",
                f"### `{path.relative_to(CODE).as_posix()}`",
                "",
                "| where | rule and source | how sure |",
                "|---|---|---|",
            ]
            lines += [f"| `{name}` | {_cell(text)} | {_grade(text)} |" for name, text in rows]
    return "\n".join(lines) + "\n"


def _rules_of(path: Path) -> Iterator[tuple[str, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = [("the file", ast.get_docstring(tree))]
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            told.append((node.name, ast.get_docstring(node)))
    for name, text in told:
        if text and SOURCED.search(text):
            yield name, text


def _grade(text: str) -> str:
    """The least sure word that the text uses; a mere CONTRACT section is as sure as the table above says."""
    if "a difference" in text:
        return "known difference"
    return next((grade for grade in GRADES if re.search(rf"\b{grade}\b", text)), "see its section")


def _first_sentence(text: str) -> str:
    return text.split("\n\n")[0]


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().replace("|", "\\|")


def rules_page() -> str:
    """The rule book: its hand-written part, and the list below the marker."""
    head, _, _ = RULES.read_text(encoding="utf-8").partition(MARKER)
    return head + MARKER + rules_list()


def main() -> None:
    """Write what is stale."""
    for path, text in ((OPERATIONS, operations_page()), (RULES, rules_page())):
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{path.relative_to(HOUSE)} written\n")


if __name__ == "__main__":
    main()
