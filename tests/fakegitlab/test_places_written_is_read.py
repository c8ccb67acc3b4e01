"""Whatever is written about people and places is what is read, alone and in lists."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.fakegitlab import World
from app.fakegitlab.api import administration, place_shapes, variables
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.place_settings import ACCESS_LEVELS, GROUP, PROJECT
from app.fakegitlab.refusal import Refused

assert administration.PARTS
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(
    str.strip
)


def value_for(name: str, default: object) -> st.SearchStrategy[object]:
    """Something a client may write for a setting."""
    if name.endswith("_access_level"):
        return st.sampled_from(ACCESS_LEVELS)
    match default:
        case bool():
            return st.booleans()
        case int():
            return st.integers(0, 1000)
        case list():
            return st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), unique=True, max_size=4)
        case _:
            return WORDS


def written(table: dict[str, object]) -> st.SearchStrategy[dict[str, object]]:
    """Some of the settings, but not both words for one thing."""
    names = [name for name in table if name not in ("emails_disabled", "mirror", "import_url")]
    return st.lists(st.sampled_from(names), unique=True, max_size=8).flatmap(
        lambda chosen: st.fixed_dictionaries({name: value_for(name, table[name]) for name in chosen})
    )


def asked(world: World, method: str, path: str, **parameters: object) -> Any:
    """One request by the administrator, without HTTP; the answer's status and body."""
    found = routes.find(method, path)
    assert found is not None
    request = Request(world, method, path, "", world.tokens[world.root.token])
    request.arguments = found[2]
    request.parameters.update(parameters)
    request.given = frozenset(parameters)
    answer = found[1](request)
    return json.loads(answer.body) if answer.body else None


def fresh() -> World:
    """A world with one group and one project."""
    world = World(now=lambda: datetime(2026, 9, 14, 8, 30, tzinfo=UTC))
    world.add_project(world.add_group("sme"), "feedback")
    return world


@settings(max_examples=60, deadline=None)
@given(wish=written(PROJECT))
def test_a_projects_settings(wish: dict[str, object]) -> None:
    world = fresh()
    answered = asked(world, "PUT", "/projects/1", **wish)
    read, listed = asked(world, "GET", "/projects/1"), asked(world, "GET", "/projects")[0]
    for name, value in wish.items():
        assert answered[name] == read[name] == listed[name] == value


@settings(max_examples=40, deadline=None)
@given(wish=written(GROUP))
def test_a_groups_settings(wish: dict[str, object]) -> None:
    world = fresh()
    asked(world, "PUT", "/groups/1", **wish)
    read, listed = asked(world, "GET", "/groups/sme"), asked(world, "GET", "/groups")[0]
    for name, value in wish.items():
        assert read[name] == listed[name] == value
    assert place_shapes.group(world, world.groups[1])["full_path"] == "sme"


@settings(max_examples=60, deadline=None)
@given(key=st.from_regex(r"[A-Za-z0-9_]{1,20}", fullmatch=True), value=st.text(max_size=40), masked=st.booleans())
def test_a_variable_is_read_as_written_or_refused(key: str, value: str, masked: bool) -> None:
    world = fresh()
    if masked and not variables.MASKABLE.fullmatch(value):
        with pytest.raises(Refused, match="is invalid"):
            asked(world, "POST", "/projects/1/variables", key=key, value=value, masked=masked)
        return
    asked(world, "POST", "/projects/1/variables", key=key, value=value, masked=masked)
    read = asked(world, "GET", f"/projects/1/variables/{key}")
    assert (read["value"], read["masked"]) == (value, masked)
    assert asked(world, "GET", "/projects/1/variables") == [read]


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.text(max_size=60), min_size=1, max_size=6))
def test_a_file_is_read_as_written_at_every_commit(texts: list[str]) -> None:
    world, path, commits = fresh(), "/projects/1/repository/files/a.md", []
    for number, text in enumerate(texts):
        wish = {"branch": "main", "content": text, "commit_message": f"{number}"}
        asked(world, "PUT" if number else "POST", path, **wish)
        commits.append(asked(world, "GET", "/projects/1/repository/commits")[0]["id"])
    for text, sha in zip(texts, commits, strict=True):
        found = routes.find("GET", path + "/raw")
        assert found is not None
        request = Request(world, "GET", path + "/raw", f"ref={sha}", world.tokens[world.root.token])
        request.arguments = found[2]
        assert found[1](request).body == text.encode()
