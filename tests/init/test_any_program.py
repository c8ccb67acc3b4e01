"""Whatever areas, themes, regions and people are asked for: what `init` writes passes `check`."""

from datetime import UTC, datetime

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app import bootstrap
from app.domain.fresh_program import FreshProgram, program_file, scalar
from app.domain.fresh_taxonomy import taxonomy_file
from app.domain.program import Area, Tier
from app.entrypoints.init_answers import OPTIONS, QUESTIONS, fresh_program
from app.gateways.config_load import Texts, understand
from app.gateways.config_yaml import parse

SHIPPED = (bootstrap.SHIPPED / "label_taxonomy.yml").read_text()
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)

KEYS = st.from_regex(r"[a-z][a-z0-9_-]{0,59}", fullmatch=True) | st.sampled_from(["ai", "agile", "null", "true", "no"])
NAMES = st.text(min_size=1, max_size=100).filter(str.isprintable) | st.sampled_from(
    ["AI", "# x", "a: b", "- a", "null"]
)
HANDLES = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,30}", fullmatch=True) | st.sampled_from(
    ["no", "1", "1e3", "null"]
)
AREAS = st.lists(st.tuples(KEYS, NAMES), min_size=1, max_size=6, unique_by=(lambda a: a[0], lambda a: a[1].casefold()))


@st.composite
def programs(draw: st.DrawFn) -> FreshProgram:
    """Any program that `init` lets through, by the readers of its own flags."""
    areas = draw(AREAS)
    themed = draw(st.lists(st.sampled_from([key for key, _ in areas]), unique=True))
    themes = [f"{key}={theme}" for key in themed for theme in draw(st.lists(KEYS, min_size=1, max_size=3, unique=True))]
    said = {
        "gitlab": ["https://gitlab.example.com"],
        "project": ["acme/feedback"],
        "name": [draw(NAMES)],
        "tier": [draw(st.sampled_from(Tier)).value],
        "area": [f"{key}={name}" for key, name in areas],
        "region": draw(st.lists(KEYS, min_size=1, max_size=6, unique=True)),
        "lead": [draw(HANDLES), *(f"{key}={draw(HANDLES)}" for key in themed)],
        "pm": [draw(HANDLES)],
        "service": draw(st.sampled_from([[], ["https://feedback.example.com/sub"]])),
        "labels-in": draw(st.sampled_from([[], ["acme"]])),
        "theme": themes,
        "home": ["acme/program"],
        "ref": [draw(st.sampled_from(["main", "true", "2026", "release/1.x"]))],
        "package": [],
    }
    answers: dict[str, object] = {}
    for question in (*QUESTIONS, *OPTIONS):
        answers[question.flag] = question.read(said[question.flag], answers)
    return fresh_program(answers)


@given(programs())
@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_any_program_passes_check(fresh: FreshProgram) -> None:
    taxonomy, program = taxonomy_file(SHIPPED, fresh, NOW), program_file(fresh, NOW.date())
    configured = understand(Texts(taxonomy.encode(), program.encode()))
    assert configured.program.areas == fresh.areas
    assert configured.program.regions == fresh.regions
    assert configured.program.name == fresh.name
    assert configured.taxonomy.workflow.effective_from == NOW
    comments = {line for line in SHIPPED.splitlines() if line.startswith("# ---")}
    assert comments <= set(taxonomy.splitlines())


@given(NAMES)
def test_any_name_is_read_back_from_the_file_as_it_was(name: str) -> None:
    document, slips = parse("x.yml", f"name: {scalar(name)}\n".encode())
    assert (slips, document and document.data) == ([], {"name": name})


@pytest.mark.parametrize("name", ["Machine learning", "A"])
def test_an_area_is_taken_from_the_shipped_ones_only_under_its_own_name(name: str) -> None:
    renamed = FreshProgram(
        *("https://gitlab.example.com", "acme/feedback", "Feedback", Tier.PREMIUM),
        areas=(Area("ai", name),),
        regions=("neur",),
        program_lead="petra",
        leads={"ai": "petra"},
        pms={"ai": "petra"},
        home="acme/feedback",
    )
    text = taxonomy_file(SHIPPED, renamed, NOW)
    assert f"description: {name}, owned by the {name} pod.\n" in text
    assert f"title: Themes of {name}\n" in text
    assert f"description: Concerns {name} too; another area owns it.\n" in text
    assert "theme::ai::chat\n" in text
    assert "AI pod" not in text
