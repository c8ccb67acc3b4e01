"""The files we ship: they load, say what the workflow says, read well on a board, and their pages are up to date."""

import json
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
from ruamel.yaml import YAML

from app.domain.roster import Role
from app.domain.taxonomy import Label, Mode, Source, Status
from app.entrypoints import generate
from app.gateways.config_load import load

HOUSE = Path(__file__).parents[2]
SHIPPED = load(HOUSE)
TAXONOMY, PROGRAM = SHIPPED.taxonomy, SHIPPED.program
LABELS = [label for scope in TAXONOMY.scopes for label in scope.labels]
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_the_seven_statuses_stand_in_the_handbooks_order() -> None:
    assert [(s.title, s.name, s.terminal) for s in TAXONOMY.workflow.statuses] == [
        ("status::new", "New", False),
        ("status::reviewed", "Reviewed", False),
        ("status::accepted", "Accepted by PMs", False),
        ("status::roadmap", "Added to Roadmap", False),
        ("status::resolved", "Resolved", True),
        ("status::declined", "Declined", True),
        ("status::backlog", "Backlog", False),
    ]


def test_the_scopes_of_the_program_are_there() -> None:
    assert [scope.key for scope in TAXONOMY.scopes] == [
        "status",
        "area",
        *(f"theme::{area.key}" for area in PROGRAM.areas),
        *("region", "arr-driver", "pm-review", "context", "sla", "priority", "type", "severity"),
        *("declined", "backlog", "hold", "sounding-board", "program-doc", "tse", "beta", ""),
    ]


def short(titles: frozenset[str]) -> str:
    """Statuses as the table of moves is read aloud: in board order, without their scope."""
    statuses = [s.title.partition("::")[2] for s in TAXONOMY.workflow.statuses if s.title in titles]
    return "any" if len(statuses) == len(TAXONOMY.workflow.statuses) else " ".join(statuses)


def test_the_moves_are_those_of_the_table() -> None:
    moves = [
        f"{m.id}: {short(m.sources)} → {short(m.targets)} by {' '.join(sorted(m.who))}"
        + (f", with {' '.join(m.requires)}" if m.requires else "")
        for m in TAXONOMY.workflow.moves
        if m.id != "T3"
    ]
    assert moves == [
        "T2: new → reviewed by lead pm sme",
        "T4: reviewed → accepted by pm",
        "T5: reviewed → backlog by pm",
        "T6: reviewed → declined by pm",
        "T7: reviewed → new by lead pm sme, with what_is_missing",
        "T8: accepted → roadmap by em pm",
        "T9: accepted → reviewed declined backlog by pm, with reason",
        "T10: roadmap → resolved by em pm",
        "T11: roadmap → accepted by em pm, with reason",
        "T12: roadmap → declined backlog by pm, with reason customer_safe",
        "T13: backlog → reviewed by lead sme, with evidence",
        "T14: backlog → accepted roadmap by pm",
        "T15: declined → reviewed by lead sme, with evidence what_changed",
        "T16: resolved → reviewed by author sme, with still_fails",
        "T17: any → new by lead program_lead, with reason",
        "T20: any → any by program_lead, with reason",
    ]


def status(title: str) -> Status:
    """A status that is there."""
    found = TAXONOMY.workflow.status(title)
    assert found
    return found


def test_deciding_at_once_takes_what_a_review_takes() -> None:
    (straight,) = TAXONOMY.workflow.steps("status::new", "status::accepted")[:1]
    assert (straight.id, straight.requires) == ("T3", status("status::reviewed").requires)


def test_what_the_statuses_require() -> None:
    intake = ("problem", "use_case", "request_type", "area", "customer")
    assert {s.name: (s.requires, s.asks) for s in TAXONOMY.workflow.statuses} == {
        "New": (intake, ("severity", "needed_by")),
        "Reviewed": ((*intake, "theme", "severity", "arr", "deployment", "outcome"), ()),
        "Accepted by PMs": (("pm_owner",), ()),
        "Added to Roadmap": (("product_link", "target"), ()),
        "Resolved": (("release",), ()),
        "Declined": (("declined_reason", "customer_safe"), ()),
        "Backlog": (("backlog_reason", "revisit"), ()),
    }


def test_every_item_is_required_or_asked_for_somewhere() -> None:
    flow = TAXONOMY.workflow
    wanted = {key for s in flow.statuses for key in s.requires + s.asks} | {
        key for m in flow.moves for key in m.requires
    }
    assert wanted == set(TAXONOMY.items)


def test_an_example_can_be_copied_as_it_stands() -> None:
    """Whoever answers in words begins with a name under which that field is read."""
    names = {f.key: f.names for f in TAXONOMY.fields}
    names["account"] = next(f.names for f in TAXONOMY.fields if f.key == "account")
    for item in TAXONOMY.items.values():
        fields = [
            p.arg if p.source is Source.FIELD else "account" for p in item.met_by if p.source in ("field", "line")
        ]
        told = [key for key in fields if key in names]
        assert not told or item.example.partition(":")[0] in [n for key in told for n in names[key]], item.key


def test_the_shipped_mode_only_watches_and_the_demo_can_enforce() -> None:
    flow = TAXONOMY.workflow
    shipped = [flow.modes, *(m.modes for m in flow.moves), *TAXONOMY.rules.values()]
    assert {(m.default, *m.by_area) for m in shipped} == {(Mode.OBSERVE,)}
    demo = load(HOUSE, mode_override=Mode.ENFORCE)
    enforced = [
        demo.taxonomy.workflow.modes,
        *(m.modes for m in demo.taxonomy.workflow.moves),
        *demo.taxonomy.rules.values(),
    ]
    assert {(m.default, *m.by_area) for m in enforced} == {(Mode.ENFORCE,)}
    assert demo.version == SHIPPED.version


def test_the_numbers_are_those_of_the_workflow() -> None:
    flow = TAXONOMY.workflow
    assert (flow.judged_for, flow.put_backs, flow.put_backs_within) == (timedelta(hours=72), 2, timedelta(hours=1))
    assert (flow.ask_after, flow.ask_at_latest) == (timedelta(minutes=2), timedelta(minutes=10))
    assert flow.effective_from == datetime(2026, 1, 1, tzinfo=UTC)


def test_the_people_of_the_program_hold_their_roles() -> None:
    roster = PROGRAM.roster
    assert roster.roles_at("SME.ken", "ai", NOW) == {Role.SME, Role.ANYONE}
    assert roster.roles_at("sme.ken", "agile", NOW) == {Role.ANYONE}
    assert roster.roles_at("program.lead", "agile", NOW) == {Role.PROGRAM_LEAD, Role.ANYONE}
    assert [p.username for p in roster.holders(Role.SME, "ai", NOW, "dach-meta")] == ["sme.dana"]
    assert PROGRAM.holds_requests("sme/customer-feedback")
    assert str(PROGRAM.operator_issue) == "sme/customer-feedback#1"


def light(color: str) -> bool:
    """Whether GitLab writes dark on this colour (its Gitlab::Color: red, green and blue together above 500)."""
    return sum(bytes.fromhex(color[1:])) > 500


def luminance(color: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _shares(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _shares(color: str) -> list[float]:
    return [c / 255 for c in bytes.fromhex(color[1:])]


@pytest.mark.parametrize("label", LABELS, ids=lambda label: label.title)
def test_a_label_can_be_read_on_its_colour(label: Label) -> None:
    text = "#1f1e24" if light(label.color) else "#ffffff"
    dark, bright = sorted((luminance(label.color), luminance(text)))
    assert (bright + 0.05) / (dark + 0.05) >= 4.5


def test_the_columns_can_be_told_apart() -> None:
    scope = TAXONOMY.scope("status")
    assert scope
    for one, other in combinations(scope.labels, 2):
        apart = sum((a - b) ** 2 for a, b in zip(_shares(one.color), _shares(other.color), strict=True)) ** 0.5
        assert apart >= 0.25, (one.title, other.title)


def test_no_label_of_one_scope_has_the_colour_of_another() -> None:
    owners: dict[str, set[str]] = {}
    for scope in TAXONOMY.scopes:
        for label in scope.labels:
            owners.setdefault(label.color, set()).add(scope.key)
    assert {color: scopes for color, scopes in owners.items() if len(scopes) > 1} == {}


def test_the_generated_pages_and_schemas_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert (generate.main(["--check", "--directory", str(HOUSE)]), capsys.readouterr().out) == (0, "")


@pytest.mark.parametrize("name", ["label_taxonomy", "program"])
def test_an_editor_finds_nothing_wrong_with_the_shipped_files(name: str) -> None:
    schema = json.loads((HOUSE / "schemas" / f"{name}.schema.json").read_text())
    reader = YAML(typ="safe", pure=True)
    reader.constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)
    data = reader.load(HOUSE / f"{name}.yml")
    jsonschema.Draft202012Validator.check_schema(schema)
    assert [e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(data)] == []
