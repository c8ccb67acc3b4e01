"""The results page of `make bench`: what was measured, as it was printed, where, and whether it is enough."""

import pytest

from bench.__main__ import BENCHES, PAGE, main, run
from bench.page import HEAD, Result, machine, page


def test_a_page_says_what_was_measured_where_and_whether_that_is_enough() -> None:
    results = [
        Result("intake", "How fast is intake? `python -m bench.intake`\n\nTarget: 0.6.\n", "ratio: 0.71\n", met=True),
        Result("drag", "From drag to verdict. `python -m bench.drag`\n", "p50 170 ms\n", met=False),
    ]
    assert page(results, {"Python": "3.11.7", "memory": "4 GiB"}) == HEAD + (
        "\n| | |\n|---|---|\n| Python | 3.11.7 |\n| memory | 4 GiB |\n"
        "\n## intake\n\nHow fast is intake?\n\nTarget: 0.6.\n\n```text\nratio: 0.71\n```\n\nTargets met.\n"
        "\n## drag\n\nFrom drag to verdict.\n\n```text\np50 170 ms\n```\n\n**A target was missed.**\n"
    )


def test_the_page_that_is_kept_has_every_bench_and_every_version() -> None:
    text = PAGE.read_text("utf-8")
    assert text.startswith(HEAD)
    assert tuple(line[3:] for line in text.splitlines() if line.startswith("## ")) == BENCHES
    assert {what for what in machine() if f"| {what} | " not in text} == set()


def test_one_bench_alone_is_shown_and_leaves_the_page_as_it_is(capfd: pytest.CaptureFixture[str]) -> None:
    before = PAGE.read_text("utf-8")
    assert main(["standin", "--", "--rounds", "1", "--seconds", "0.05", "--issues", "10"]) in {0, 1}
    assert "  stand-in, 10 issues made: " in capfd.readouterr().out
    assert PAGE.read_text("utf-8") == before


def test_a_bench_that_cannot_be_run_has_missed_its_target(capfd: pytest.CaptureFixture[str]) -> None:
    assert not run("standin", ["--no-such-option"]).met
    assert "unrecognized arguments" in capfd.readouterr().err
