"""What docs/stand-in.md shows is run as it stands there."""

import re
import shlex
from pathlib import Path

import pytest

from app.fakegitlab import World, __main__
from app.fakegitlab.faults import KINDS, Faults
from app.fakegitlab.world_file import seed_from

PAGE = (Path(__file__).parents[2] / "docs" / "stand-in.md").read_text(encoding="utf-8")


def examples(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_example_test_passes(pytester: pytest.Pytester) -> None:
    (example,) = (one for one in examples("python") if "def test_" in one)
    pytester.makeini("[pytest]\nfilterwarnings = error")
    pytester.makepyfile(test_bot=example)

    pytester.runpytest_subprocess("-q").assert_outcomes(passed=2)


def test_the_seed_file_makes_a_world(tmp_path: Path) -> None:
    (text,) = examples("yaml")
    file, world = tmp_path / "world.yml", World()
    file.write_text(text)

    seed_from(world, file)

    project = world.project("acme/requests")
    assert [issue.title for issue in project.issues.values()] == ["Faster exports"]
    assert [hook.url for hook in project.hooks.values()] == ["http://127.0.0.1:9000/hook"]


def test_its_commands_and_options_are_there() -> None:
    for line in "".join(examples("shell")).splitlines():
        words = shlex.split(line)
        assert words[:3] == ["python", "-m", "app.fakegitlab"]
        __main__._parser().parse_args(words[3:])
    told = set(re.findall(r"^\| `(--\w[\w-]*)", PAGE, re.MULTILINE))
    assert told == set(__main__._parser()._option_string_actions) - {"-h", "--help"}


def test_every_fault_is_told() -> None:
    told = re.findall(r"^\| `(\w+)\([^`]*` \| `(\w+)` \|", PAGE, re.MULTILINE)
    assert {kind for _, kind in told} == set(KINDS)
    assert all(callable(getattr(Faults, method)) for method, _ in told)


def test_a_test_that_asks_for_what_is_not_there_fails(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import httpx

        pytest_plugins = ["app.fakegitlab.pytest_plugin"]

        def test_a_wiki(fakegitlab):
            httpx.get(f"{fakegitlab.url}/api/v4/projects/1/wikis")
        """
    )
    outcome = pytester.runpytest_subprocess("-q")

    outcome.assert_outcomes(passed=1, errors=1)
    outcome.stdout.fnmatch_lines(["*does not know what was asked of it: GET /api/v4/projects/1/wikis*"])
