"""Files that nobody writes by accident: missing, huge, endless, not text. They end in words too."""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.gateways.config_errors import ConfigInvalid
from app.gateways.config_load import Texts, understand
from tests.config.small import PROGRAM, TAXONOMY, told, written

HOUSE = Path(__file__).parents[2]
SHIPPED = Texts((HOUSE / "label_taxonomy.yml").read_bytes(), (HOUSE / "program.yml").read_bytes())


def test_everything_wrong_in_both_files_is_told_at_once_in_the_order_of_the_lines(tmp_path: Path) -> None:
    taxonomy = TAXONOMY.replace('"#1f75cb"', "#1f75cb").replace("who: [pm]", "who: [pmm]").replace("T2", "T1")
    directory = written(tmp_path, taxonomy, PROGRAM.replace("premium", "gold").replace("{role: pm,", "{rôle: pm,"))
    assert told(directory).split("\n") == [
        "label_taxonomy.yml:8:16: `color` has no value: YAML takes everything after # for a comment — put it in "
        'quotes: color: "#1f75cb"',
        "label_taxonomy.yml:78:13: entry 1 of `who` cannot be `pmm` — did you mean `pm`?",
        "label_taxonomy.yml:80:11: there is a move T1 already, on line 75 — give this one another id",
        "program.yml:2:7: `tier` cannot be `gold` — it can be: free, premium",
        "program.yml:4:3: the area `ai` has neither a pm nor an em — give somebody under `people` the role pm with "
        "`area: ai`",
        "program.yml:18:10: `rôle` is not a key used here — did you mean `role`?",
    ]


def test_both_files_are_missing(tmp_path: Path) -> None:
    directory = tmp_path / "program"
    directory.mkdir()
    assert told(directory).split("\n") == [
        "label_taxonomy.yml:1:1: the file is missing — put label_taxonomy.yml into the directory program",
        "program.yml:1:1: the file is missing — put program.yml into the directory program",
    ]


def test_a_directory_stands_where_the_file_should(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "program.yml").unlink()
    (tmp_path / "program.yml").mkdir()
    assert told(tmp_path) == (
        "program.yml:1:1: the file cannot be read (Is a directory) — see that it is a file the service may read"
    )


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)

HOSTILE = {
    "not UTF-8": (b"name: Sm\xffall\n", "1:9: this is not UTF-8 text — save the file with the encoding UTF-8"),
    "an invisible character": (b"name: Sm\x07all\n", "1:9: an invisible character — delete it"),
    "nothing but a comment": (b"# soon\n", "1:1: the file is empty — start from the file that is shipped"),
    "not a map": (b"- a\n", "1:1: the file is a list; it should be a map — write `key: value` lines under it"),
    "too large": (b"#" * (1024 * 1024 + 1), "1:1: the file is larger than 1 MiB — keep only what the program needs"),
    "a billion laughs": (
        LAUGHS.encode(),
        "1:4: the file unfolds to more than 20000 values — use fewer aliases (*name)",
    ),
    "a list within itself": (
        b"a: &a [*a]\n",
        "1:4: values stand in each other more than 20 deep — write it flatter, and let no alias name what it stands in",
    ),
    "very deep": (
        b"[" * 9000 + b"]" * 9000,
        "1:1: values stand in each other more than 20 deep — write it flatter, and let no alias name what it stands in",
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_in_words_and_soon(kind: str, tmp_path: Path) -> None:
    raw, expected = HOSTILE[kind]
    written(tmp_path)
    (tmp_path / "program.yml").write_bytes(raw)
    began = time.monotonic()
    assert f"program.yml:{expected}" in told(tmp_path).split("\n")
    assert time.monotonic() - began < 20


@st.composite
def mutated(draw: st.DrawFn, raw: bytes) -> bytes:
    """A file after a few accidents: pieces lost, doubled, moved, or replaced by what YAML finds interesting."""
    for _ in range(draw(st.integers(1, 4))):
        at, length = draw(st.integers(0, len(raw))), draw(st.integers(0, 60))
        spices = [
            b"",
            b"\n",
            b"\t",
            b": ",
            b"- ",
            b"#",
            b"[",
            b"}",
            b"&a ",
            b"*a",
            b"!!int ",
            b"'",
            b"|\n",
            b"\xff",
            b"---\n",
        ]
        piece = draw(st.sampled_from([*spices, b"null", b"any", raw[at : at + 40] * 2]) | st.binary(max_size=8))
        raw = raw[:at] + piece + raw[at + length :]
    return raw


def understood(texts: Texts) -> None:
    """Either it is a configuration, or it is refused in words that each name a place."""
    try:
        understand(texts)
    except ConfigInvalid as invalid:
        errors = invalid.errors
    else:
        return
    assert errors
    assert all(e.line >= 1 and e.col >= 1 and e.message and e.cure for e in errors)


SLOW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@SLOW
@given(mutated(TAXONOMY.encode()), mutated(PROGRAM.encode()))
def test_no_accident_with_a_small_program_is_answered_with_a_traceback(taxonomy: bytes, program: bytes) -> None:
    understood(Texts(taxonomy, PROGRAM.encode()))
    understood(Texts(TAXONOMY.encode(), program))


@SLOW
@given(mutated(SHIPPED.taxonomy), mutated(SHIPPED.program))
def test_no_accident_with_the_shipped_files_is_answered_with_a_traceback(taxonomy: bytes, program: bytes) -> None:
    understood(Texts(taxonomy, program))
