"""Under CI=true a skip fails, with its reason; elsewhere it is a skip."""

import pytest

TESTS = """
import pytest

@pytest.mark.skip(reason="there is no Chromium here")
def test_marked():
    pass

def test_asked_for():
    pytest.importorskip("a_module_nobody_has", reason="no such part")

@pytest.mark.xfail(reason="known")
def test_known_to_fail():
    assert False

def test_fine():
    pass
"""
A_WHOLE_FILE = """
import pytest

pytest.skip("needs a database", allow_module_level=True)
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A tiny project with our plugin alone and tests that skip in every way."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeconftest('pytest_plugins = ["tests.no_skips_under_ci"]')
    pytester.makepyfile(test_some=TESTS, test_a_whole_file=A_WHOLE_FILE)
    return pytester


def test_on_a_developers_machine_a_skip_is_a_skip(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    project.runpytest_inprocess("test_some.py").assert_outcomes(passed=1, skipped=2, xfailed=1)
    project.runpytest_inprocess("test_a_whole_file.py").assert_outcomes(skipped=1)


def test_under_ci_a_skip_fails_and_says_what_was_missing(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    run = project.runpytest_inprocess("test_some.py")
    run.assert_outcomes(passed=1, failed=1, errors=1, xfailed=1)
    run.stdout.fnmatch_lines(
        [
            "*there is no Chromium here",
            "*no such part",
            "A skip is a failure under CI: install what the test needs in .ci/run.",
        ]
    )


def test_under_ci_a_skipped_file_fails_too(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    run = project.runpytest_inprocess("test_a_whole_file.py")
    run.assert_outcomes(errors=1)
    run.stdout.fnmatch_lines(["*needs a database"])
