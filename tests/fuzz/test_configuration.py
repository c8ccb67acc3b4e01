"""The two files after any accident: a configuration, or mistakes that each name a place and a cure."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.compat import StringIO
from ruamel.yaml.error import YAMLError

from app.gateways.config_load import Texts
from tests.config.small import PROGRAM, TAXONOMY
from tests.config.test_hostile_files import SHIPPED, mutated, understood
from tests.fuzz.cases import YAML as CASES

_YAML = YAML(typ="safe", pure=True)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(["any", "pm", "sme", "status::new", "area::ai", "2026-02-30", "P1Y", "25:61", "@all"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, so_far: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where every value of a file stands."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [so_far, *(place for key, each in inner for place in places(each, (*so_far, key)))]


@st.composite
def wrong_values(draw: st.DrawFn, raw: bytes) -> bytes:
    """A well-formed file in which a few values are of another kind, gone, or doubled."""
    content = _YAML.load(raw.decode())
    for _ in range(draw(st.integers(1, 3))):
        *above, last = draw(st.sampled_from(places(content)[1:]))
        holder = content
        for key in above:
            holder = holder[key]
        match draw(st.integers(0, 3)):
            case 0:
                del holder[last]
            case 1 if isinstance(holder, list):
                holder.append(holder[last])
            case _:
                holder[last] = draw(VALUES)
        if not places(content)[1:]:
            break
    written = StringIO()
    try:
        _YAML.dump(content, written)
    except (YAMLError, ValueError, RecursionError):
        return raw  # what YAML cannot say, nobody writes
    return written.getvalue().encode()


def any_file(raw: bytes) -> st.SearchStrategy[bytes]:
    """Accidents of characters, and of values."""
    return mutated(raw) | wrong_values(raw)


def every_taxonomy_is_understood_or_refused(*, soak: bool) -> None:
    """As many as are stated."""

    @CASES.settings(soak=soak)
    @given(any_file(TAXONOMY.encode()))
    def one(taxonomy: bytes) -> None:
        understood(Texts(taxonomy, PROGRAM.encode()))

    one()


def every_program_is_understood_or_refused(*, soak: bool) -> None:
    """As many as are stated."""

    @CASES.settings(soak=soak)
    @given(any_file(PROGRAM.encode()) | any_file(SHIPPED.program))
    def one(program: bytes) -> None:
        understood(Texts(TAXONOMY.encode(), program))

    one()


def test_every_taxonomy_is_understood_or_refused() -> None:
    every_taxonomy_is_understood_or_refused(soak=False)


def test_every_program_is_understood_or_refused() -> None:
    every_program_is_understood_or_refused(soak=False)


@pytest.mark.soak
def test_every_taxonomy_is_understood_or_refused_for_long() -> None:
    every_taxonomy_is_understood_or_refused(soak=True)


@pytest.mark.soak
def test_every_program_is_understood_or_refused_for_long() -> None:
    every_program_is_understood_or_refused(soak=True)
