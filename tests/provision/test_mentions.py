"""`check` finds every mention of a label that is not in the taxonomy, wherever the program's own files have it."""

# ruff: noqa: E501 - sentences are pinned as people read them

from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app import bootstrap
from app.domain.references import Reference, references, renamed, runs_something, written
from app.gateways.config_errors import ConfigInvalid
from app.gateways.config_load import load
from app.gateways.config_mentions import mentions
from tests.config import small

RENAMED = small.TAXONOMY.replace("title: status::done", "title: status::done\n        previously: [status::finished]")


def told(directory: Path) -> list[str]:
    """What a person reads."""
    return [str(error) for error in mentions(directory, [directory / "templates"])]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return small.written(tmp_path, RENAMED)


def put(directory: Path, name: str, text: str) -> None:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_what_is_shipped_mentions_no_label_that_there_is_not() -> None:
    assert list(bootstrap.mistakes(bootstrap.SHIPPED)) == []


def test_all_mentions_are_told_at_once_with_place_and_cure(here: Path) -> None:
    put(here, "templates/notes/move_held.md.j2", 'Back to ~"status::nwe".\n\nOr ~status::finished, see {{ x }}.\n')
    put(here, "templates/areas/ai/notes/odd.md.j2", 'One: ~"theme::ai::chat"\nTwo: ~"theme::ia::chat"\n')
    put(here, ".gitlab/issue_templates/Other.md", "## Text\n\n/label ~bug ~paused\n/unlabel ~hold::opne\n")
    (here / "program.yml").write_text('# Filed with ~"area::ia"\n' + small.PROGRAM)
    assert told(here) == snapshot(
        [
            "templates/areas/ai/notes/odd.md.j2:2:6: there is no label `theme::ia::chat` in label_taxonomy.yml — did you mean `theme::ai::chat`?",
            "templates/notes/move_held.md.j2:1:9: there is no label `status::nwe` in label_taxonomy.yml — did you mean `status::new`?",
            'templates/notes/move_held.md.j2:3:4: the label `status::finished` is called `status::done` now — write ~"status::done"',
            ".gitlab/issue_templates/Other.md:3:8: there is no label `bug` in label_taxonomy.yml — the labels: status::new, status::done, area::ai, region::apac, theme::ai::chat, context::needed, context::ready, hold::open, …",
            ".gitlab/issue_templates/Other.md:4:10: there is no label `hold::opne` in label_taxonomy.yml — did you mean `hold::open`?",
            "program.yml:1:14: there is no label `area::ia` in label_taxonomy.yml — did you mean `area::ai`?",
        ]
    )


@pytest.mark.parametrize(
    "text",
    [
        '{{ "status::nope"|label }} and {% if a ~ "status::nope" %}x{% endif %}{# ~"status::nope" #}',
        '~"status::{{ name }}" and ~status::{{ name }}',
        "~~status::gone~~ took ~30 days, ~approximately, in ~/projects or ~12",
        'other/project~"status::nope", \\~status::nope',
    ],
    ids=["expressions", "titles that are filled in", "no references", "not ours"],
)
def test_what_is_no_mention_of_our_labels_is_left_alone(here: Path, text: str) -> None:
    put(here, "templates/notes/x.md.j2", text)
    assert told(here) == []


@pytest.mark.parametrize("name", ["Customer feedback", "Customer feedback - AI"])
def test_forms_that_apply_makes_are_no_mistake_of_people(here: Path, name: str) -> None:
    """When the configuration lives beside the requests, a renamed label would else fail the check before `apply`."""
    put(here, f".gitlab/issue_templates/{name}.md", "/label ~status::finished\n")
    put(here, f".gitlab/issue_templates/Our {name}.md", "/label ~status::finished\n")
    assert len(told(here)) == 1


LOOSE = small.TAXONOMY.replace(
    "plain_labels:\n",
    'plain_labels:\n  - {title: docs-gaps, previously: docs-gap, color: "#28272d", description: Docs.}\n',
)


def test_a_word_without_scope_and_quotes_is_told_where_it_is_or_was_almost_a_label(here: Path) -> None:
    assert LOOSE != small.TAXONOMY
    small.written(here, LOOSE)
    put(here, "templates/notes/x.md.j2", "See ~docs-gap, ~docs-gapss, ~docs-gaps and ~docs of ~paul.\n")
    assert told(here) == snapshot(
        [
            'templates/notes/x.md.j2:1:5: the label `docs-gap` is called `docs-gaps` now — write ~"docs-gaps"',
            "templates/notes/x.md.j2:1:16: there is no label `docs-gapss` in label_taxonomy.yml — did you mean `docs-gaps`?",
        ]
    )


def test_a_command_in_a_fence_is_no_command(here: Path) -> None:
    put(here, ".gitlab/issue_templates/Other.md", "```\n/label ~incode\n```\n\n/label ~outside\n")
    assert [line.partition(" — ")[0] for line in told(here)] == [
        ".gitlab/issue_templates/Other.md:5:8: there is no label `outside` in label_taxonomy.yml"
    ]


def test_a_status_whose_label_was_renamed_is_told_by_its_new_name(here: Path) -> None:
    (here / "label_taxonomy.yml").write_text(
        small.TAXONOMY.replace("title: status::done", "title: status::finished\n        previously: status::done")
    )
    with pytest.raises(ConfigInvalid) as caught:
        load(here)
    assert [str(error) for error in caught.value.errors] == snapshot(
        [
            "label_taxonomy.yml:74:15: the status `status::done` is not a label of the scope `status` — `status::done` is `previously` of `status::finished`: write that"
        ]
    )


def test_a_taxonomy_with_other_mistakes_still_says_what_labels_there_are(here: Path) -> None:
    (here / "label_taxonomy.yml").write_text(RENAMED.replace("start: status::new", "start: status::neu"))
    put(here, "templates/notes/x.md.j2", "~status::nwe")
    assert len(told(here)) == 1


@pytest.mark.parametrize("taxonomy", [None, "scopes: [", ""], ids=["missing", "no YAML", "empty"])
def test_without_a_taxonomy_nothing_is_known(here: Path, taxonomy: str | None) -> None:
    path = here / "label_taxonomy.yml"
    path.unlink() if taxonomy is None else path.write_text(taxonomy)
    put(here, "templates/notes/x.md.j2", "~status::nwe")
    (here / "templates" / "notes" / "y.md.j2").write_bytes(b"\xff")
    assert told(here) == []


def test_files_that_are_no_text_are_told_by_those_who_need_them(here: Path) -> None:
    (here / "templates").mkdir()
    (here / "templates" / "x.j2").write_bytes(b"\xff~status::nwe")
    assert told(here) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("~bug", [("bug", False)]),
        ('~"two words"', [("two words", True)]),
        ("see ~status::new.", [("status::new", False)]),
        ("~a::b::c?", [("a::b::c", False)]),
        ("~2fa and ~2", [("2fa", False)]),
        ("~~gone~~", []),
        ('~"open', []),
        ('~""', []),
    ],
)
def test_references_are_those_of_gitlab(text: str, found: list[tuple[str, bool]]) -> None:
    """app/models/label.rb, `reference_pattern`."""
    assert [(one.title, one.quoted) for one in references(text)] == found


def test_a_reference_into_another_project_names_it() -> None:
    assert list(references("sme/feedback~bug")) == [Reference("bug", False, "sme/feedback", 12, 16)]


@pytest.mark.parametrize(
    ("title", "plain", "quoted"),
    [
        ("bug", "~bug", '~"bug"'),
        ("two words", '~"two words"', '~"two words"'),
        ("12", '~"12"', '~"12"'),
        ('a"b', None, None),
    ],
)
def test_how_a_reference_is_written(title: str, plain: str | None, quoted: str | None) -> None:
    assert (written(title, quoted=False), written(title, quoted=True)) == (plain, quoted)


BEFORE = """Now ~old::x and ~"old::x", in `~old::x` not, nor in group/other~old::x; ours/one~old::x is.

```glql
query: label = ~"old::x"
```

```
~old::x
```
"""
AFTER = """Now ~"new::x y" and ~"new::x y", in `~old::x` not, nor in group/other~old::x; ours/one~"new::x y" is.

```glql
query: label = ~"new::x y"
```

```
~old::x
```
"""


def test_references_are_rewritten_one_by_one_and_nothing_else() -> None:
    titles = {"old::x": "new::x y"}
    assert renamed(BEFORE, titles, lambda project: project == "ours/one") == AFTER
    assert renamed(AFTER, titles, lambda _: True).count("old::x") == 2


@pytest.mark.parametrize("line", ["/close", "  /label ~bug", "text\n/due tomorrow"])
def test_a_line_that_runs_something(line: str) -> None:
    assert runs_something(line)


@pytest.mark.parametrize("text", ["a/b", "/ x", "```\n/close\n```", "`x\n/close`", "    /close"])
def test_text_that_runs_nothing(text: str) -> None:
    assert not runs_something(text)
