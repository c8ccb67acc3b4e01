"""The habits of the house that no linter knows: sizes, names, docstrings, one broad except, no trace of a machine."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

HOUSE = Path(__file__).parents[2]
MODULES = sorted((HOUSE / "app").rglob("*.py"))
TREES = {path.relative_to(HOUSE).as_posix(): ast.parse(path.read_text()) for path in MODULES}

LONGEST_FILE = 350
LONGEST_FUNCTION = 35
SAY_NOTHING = re.compile(r"(utils?|helpers?|common|managers?|base|core|misc)")
A_REGISTRY = r"pypi\.org|pythonhosted\.org|npmjs\.(org|com)|deb\.debian\.org"
A_MACHINE = r"(?<![\w.])/(work|farm|tmp|root)/|(?<!\w)\.[l]ibrary"
NOT_FOR_PRINT = re.compile(f"{A_REGISTRY}|{A_MACHINE}")

N = TypeVar("N", bound=ast.AST)


def files() -> list[Path]:
    """Every file of the project: tracked, or about to be."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=HOUSE, capture_output=True, text=True, check=True).stdout.split("\0")
    return [path for name in names if name and (path := HOUSE / name).is_file()]


def nodes(kind: type[N]) -> Iterator[tuple[str, N]]:
    """Every node of this kind in app/, with its `file:line`."""
    for file, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, kind):
                yield f"{file}:{getattr(node, 'lineno', 1)}", node


def test_no_file_is_several_rooms() -> None:
    lengths = {path.relative_to(HOUSE).as_posix(): len(path.read_text().splitlines()) for path in MODULES}
    assert {file: length for file, length in lengths.items() if length > LONGEST_FILE} == {}


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every function of app/, with its `file:line`."""
    yield from nodes(ast.FunctionDef)
    yield from nodes(ast.AsyncFunctionDef)


def test_no_function_is_longer_than_a_screen() -> None:
    lengths = {
        f"{where} {function.name}": (function.end_lineno or 0) - function.lineno + 1 for where, function in functions()
    }
    assert {function: length for function, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_every_name_says_something() -> None:
    parts = {(path, part) for path in files() for part in (*path.relative_to(HOUSE).parts[:-1], path.stem)}
    assert {str(path) for path, part in parts if SAY_NOTHING.fullmatch(part)} == set()


def test_every_folder_of_the_house_is_a_package() -> None:
    folders = {path.parent for path in MODULES}
    assert {str(folder) for folder in folders if not (folder / "__init__.py").exists()} == set()


def swallows_everything(handler: ast.ExceptHandler) -> bool:
    """Whether this is `except:`, `except Exception` or worse; cleaning up and raising again swallows nothing."""
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    broad = any(kind is None or ast.unparse(kind) in {"Exception", "BaseException"} for kind in caught)
    return broad and ast.unparse(handler.body[-1]) != "raise"


def test_one_broad_except_in_the_whole_program_and_it_is_the_workers() -> None:
    broad = [where for where, handler in nodes(ast.ExceptHandler) if swallows_everything(handler)]
    broad += [where for where, call in nodes(ast.Call) if re.search(r"suppress\((Base)?Exception", ast.unparse(call))]
    assert [where.partition(":")[0] for where in broad] == ["app/entrypoints/worker.py"]


def undocumented(tree: ast.Module) -> Iterator[str]:
    """The public classes, functions and methods without a docstring, and the module itself if it has none."""
    if not ast.get_docstring(tree):
        yield "the module"
    waiting: list[tuple[str, ast.stmt]] = [("", statement) for statement in tree.body]
    for prefix, node in waiting:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            if not ast.get_docstring(node):
                yield prefix + node.name
            if isinstance(node, ast.ClassDef):
                waiting += [(f"{node.name}.", statement) for statement in node.body]


@pytest.mark.parametrize("file", TREES)
def test_everything_public_says_what_it_is_for(file: str) -> None:
    assert list(undocumented(TREES[file])) == []


def test_the_domain_asks_no_clock_and_opens_no_file() -> None:
    asked = re.compile(r"(\.now|\.today|\.utcnow|^open|^print|^input)$")
    calls = [where for where, call in nodes(ast.Call) if asked.search(ast.unparse(call.func))]
    assert [where for where in calls if where.startswith("app/domain/")] == []


def test_no_file_names_a_package_registry_or_a_path_of_somebodys_machine() -> None:
    told = [
        f"{path.relative_to(HOUSE)}:{number}: {line.strip()[:120]}"
        for path in files()
        for number, line in enumerate(path.read_text(errors="ignore").splitlines(), 1)
        if NOT_FOR_PRINT.search(line)
    ]
    assert told == []


LOCKS = ["requirements.lock", "requirements-otel.lock", "requirements-dev.lock"]
LOCKS += [path.relative_to(HOUSE).as_posix() for path in sorted((HOUSE / "tests" / "strangers").glob("*.lock"))]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_by_hash_and_names_no_address(lock: str) -> None:
    text = (HOUSE / lock).read_text()
    pins = re.split(r"\n(?=\S)", text.strip())
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    assert [pin.splitlines()[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []


def pins_of(lock: str) -> set[str]:
    return set(re.findall(r"^(\S+==[^\s;]+)", (HOUSE / lock).read_text(), re.MULTILINE))


def test_the_checks_run_with_the_versions_that_people_run() -> None:
    assert pins_of("requirements.lock") - pins_of("requirements-otel.lock") == set()
    assert pins_of("requirements-otel.lock") - pins_of("requirements-dev.lock") == set()


def test_each_dependency_has_a_line_that_says_why() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    asked_for = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    table = (HOUSE / "docs" / "decisions" / "0002-dependencies.md").read_text()
    told = {name.replace(".", "-") for name in re.findall(r"^\| ([a-z][\w.-]*)", table, re.MULTILINE)}
    assert {re.split(r"[<>=[]", name)[0] for name in asked_for} == told


def test_the_changelog_has_a_place_for_the_next_change() -> None:
    assert "\n## [Unreleased]\n" in (HOUSE / "CHANGELOG.md").read_text()
