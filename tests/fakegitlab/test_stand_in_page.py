"""What docs/stand-in.md shows is run as it stands there."""

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "stand-in.md").read_text(encoding="utf-8")


def examples(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_example_test_passes(pytester: pytest.Pytester) -> None:
    (example,) = (one for one in examples("python") if "def test_" in one)
    pytester.makeini("[pytest]\nfilterwarnings = error")
    pytester.makepyfile(test_bot=example)

    pytester.runpytest_subprocess("-q").assert_outcomes(passed=2)


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
