"""Makes the stand-in's pages of reference from its code: `python -m tests.fakegitlab.reference` writes them.

They are the table of operations (docs/stand-in-operations.md) and the rule book's list of rules (docs/gitlab-rules.md,
below its marker). A rule is what a docstring says before a mark, `(sources, grade)`: `(CONTRACT 5, sure)`,
`(doc/api/issues.md; CONTRACT 3, documented)`, `(memory, guess)`, or `(differs from doc/api/users.md, documented)` where
the stand-in knowingly does something else. An operation without a mark of its own has its file's.
"""

import ast
import inspect
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import app.fakegitlab
from app.fakegitlab.api.routing import routes

HOUSE = Path(__file__).parents[2]
CODE = Path(app.fakegitlab.__file__).parent
OPERATIONS = HOUSE / "docs" / "stand-in-operations.md"
RULES = HOUSE / "docs" / "gitlab-rules.md"
MARKER = "<!-- made by `make generate` from the docstrings of app/fakegitlab; what follows is not edited by hand -->\n"
GRADES = ("sure", "documented", "guess")
DIFFERS = "differs from "
MARK = re.compile(r" ?\(([^()]+), (sure|documented|guess)\)")
HEAD = ("| operation | what it does | how sure |", "|---|---|---|")
METHODS = {"GET": 0, "POST": 1, "PUT": 2, "PATCH": 3, "DELETE": 4}
# What `:id` is not told by: the part of the path that names what the operation is about.
BESIDE = {"projects", "groups", "users", "issues", "all", "self", "-"}


@dataclass(frozen=True, slots=True)
class Rule:
    """What is claimed of GitLab, where (file, and function or class in it), after which sources, and how surely."""

    file: str
    where: str
    text: str
    sources: tuple[str, ...]
    grade: str
    differs: bool

    @property
    def told(self) -> str:
        """The mark, as the pages show it."""
        return f"{DIFFERS if self.differs else ''}{'; '.join(self.sources)}"


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
        lines += ["", f"## {subject.replace('_', ' ').capitalize()}", "", *HEAD]
        lines += [_operation(method, path) for method, path in rows]
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


def _operation(method: str, path: str) -> str:
    found = routes.find(method, path)
    assert found is not None, (method, path)
    told = inspect.getdoc(found[1]) or ""
    marks = told if MARK.search(_flat(told)) else inspect.getmodule(found[1]).__doc__ or ""
    grades = sorted({one.grade for one in _rules_in("", "", marks)}, key=GRADES.index)
    what = MARK.sub("", _flat(told.split("\n\n")[0]))
    return f"| `{method} {path}` | {_cell(what)} | {', '.join(grades)} |"


def rules() -> list[Rule]:
    """Every rule of the stand-in, file by file."""
    return [rule for path in sorted(CODE.rglob("*.py")) for told in docstrings(path) for rule in _rules_in(*told)]


def docstrings(path: Path) -> Iterator[tuple[str, str, str]]:
    """File, function or class, and text of each docstring in it."""
    tree, file = ast.parse(path.read_text(encoding="utf-8")), path.relative_to(CODE).as_posix()
    yield file, "the file", ast.get_docstring(tree) or ""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield file, node.name, ast.get_docstring(node) or ""


def _rules_in(file: str, where: str, text: str) -> Iterator[Rule]:
    """What stands between one mark and the next; the words after the last claim nothing."""
    flat, begin = _flat(text), 0
    for mark in MARK.finditer(flat):
        named = mark[1].removeprefix(DIFFERS)
        sources = tuple(one.strip() for one in named.split(";"))
        yield Rule(file, where, flat[begin : mark.start()].strip(" .,;:"), sources, mark[2], named != mark[1])
        begin = mark.end()


def rules_list(known: Iterable[Rule]) -> str:
    """How many there are of each grade, and all of them by file."""
    known = list(known)
    lines = ["", "| how sure | rules | of them known differences |", "|---|---|---|"]
    counts = Counter((rule.grade, rule.differs) for rule in known)
    for grade in GRADES:
        lines.append(f"| {grade} | {counts[grade, False] + counts[grade, True]} | {counts[grade, True]} |")
    lines.append(f"| all | {len(known)} | {sum(rule.differs for rule in known)} |")
    for file, rows in groupby(known, key=lambda rule: rule.file):
        lines += ["", f"### `{file}`", "", "| where | rule | source | how sure |", "|---|---|---|---|"]
        lines += [f"| `{one.where}` | {_cell(one.text)} | {one.told} | {one.grade} |" for one in rows]
    return "\n".join(lines) + "\n"


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def rules_page() -> str:
    """The rule book: its hand-written part, and the list below the marker."""
    head, _, _ = RULES.read_text(encoding="utf-8").partition(MARKER)
    return head + MARKER + rules_list(rules())


def main() -> None:
    """Write what is stale."""
    for path, text in ((OPERATIONS, operations_page()), (RULES, rules_page())):
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{path.relative_to(HOUSE)} written\n")


if __name__ == "__main__":
    main()
