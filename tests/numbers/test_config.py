"""`numbers:` in the taxonomy and `amounts:` in the program: what may be written, and what is told where it may not."""

from dataclasses import fields
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.domain.customer import Severity
from app.domain.numbers import Amounts, Candidates, LineTells, Need, Numbers, Step
from app.gateways.config_load import load
from tests.config.small import PROGRAM, TAXONOMY, told, written

HOUSE = Path(__file__).parents[2]


def with_numbers(text: str) -> str:
    return f"{TAXONOMY}numbers:\n{text}"


def test_left_out_it_is_as_shipped_and_the_shipped_file_spells_it_out(tmp_path: Path) -> None:
    assert load(written(tmp_path)).taxonomy.numbers == Numbers()
    shipped = load(HOUSE).taxonomy.numbers
    assert {f.name: getattr(shipped, f.name) for f in fields(Numbers)} == {
        f.name: getattr(Numbers(), f.name) for f in fields(Numbers)
    }


def test_what_is_written_is_what_counts(tmp_path: Path) -> None:
    text = with_numbers("""\
  currency: EUR
  bands: [1000, 2000]
  customer_priority: {blocker: 9, retention: 7, fast-follow: 4, nice: 2}
  weights: {revenue: 10, customers: 20, tier: 30, alignment: 40}
  tiers: {gold: 0.75}
  urgency:
    growth: [{within: 30 days, times: 2}]
    low_probability: 40
    retention: {red: [{within: 60 days, times: 3.5}]}
    otherwise: []
  adjustments_last: 10 days
  candidates_by_area: {ai: {share_at_least: 0, top: 3}}
  customer_needs: [{what: impact, severities: blocker}]
""")
    numbers = load(written(tmp_path, text)).taxonomy.numbers
    assert (numbers.currency, numbers.bands, numbers.adjustments_last) == ("EUR", (1000, 2000), timedelta(days=10))
    assert numbers.priority_of[Severity.FAST_FOLLOW] == 4
    assert (numbers.weights.alignment, numbers.tiers) == (40, {"gold": Decimal("0.75")})
    assert numbers.urgency.retention["red"] == (Step(60, Decimal("3.5")),)
    assert numbers.candidates_of("ai") == Candidates(0, 3, 5)
    assert numbers.candidates_of("agile") == numbers.candidates_of(None) == Candidates()
    assert numbers.customer_needs == (Need(LineTells.IMPACT, frozenset({Severity.BLOCKER})),)


def test_a_theme_has_a_strategic_weight_and_a_label_may_bring_others(tmp_path: Path) -> None:
    text = TAXONOMY.replace(
        "description: Chat.", "description: Chat.\n        strategic: 0.8\n        also_apply: [group::duo, devops]"
    )
    scope = load(written(tmp_path, text)).taxonomy.scope("theme::ai")
    assert scope
    assert (scope.labels[0].strategic, scope.labels[0].also_apply) == (Decimal("0.8"), ("group::duo", "devops"))


def test_a_project_says_how_far_amounts_may_be_read(tmp_path: Path) -> None:
    assert load(written(tmp_path)).program.amounts("SME/feedback") is Amounts.BANDS
    program = PROGRAM.replace("  - path: sme/feedback\n", "  - path: sme/feedback\n    amounts: inline\n")
    inline = load(written(tmp_path, program=program)).program
    assert inline.amounts("SME/feedback") is Amounts.INLINE
    assert inline.amounts("somebody/else") is Amounts.BANDS


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "  bands: [1000, 1000]",
            "92:17: `1000` is out of order in `bands` — write them in ascending order, each once",
        ),
        ("  band_from: [75, 50, 60]", "92:23: `60` is out of order in `band_from` — write them in descending order"),
        (
            "  band_from: [75, 50]",
            "92:14: there are three lines between four bands — write three numbers, like [75, 50, 25]",
        ),
        (
            "  weights: {revenue: 40, customers: 20, tier: 20, alignment: 21}",
            "92:3: the weights add up to 101 — make them add up to 100",
        ),
        ("  tiers: {gold: 1.5}", "92:17: `gold` is too large — write 1 or less"),
        (
            "  tiers: {gold: much}",
            "92:17: `gold` is text; it should be a number — write it with a point, without quotes, like 0.5",
        ),
        ("  totals_from: 2", "92:16: `totals_from` is too small — write 3 or more"),
        ("  currency: euro", "92:13: `euro` is no currency — write its three letters, like USD or EUR"),
        (
            "  candidates_by_area: {agil: {top: 3}}",
            "92:24: there is no area `agil` — did you mean `ai`?",
        ),
        (
            "  customer_needs: [{what: budget}]",
            "92:27: `what` cannot be `budget` — it can be: severity, arr, needed_by, deployment, impact, "
            "workaround, subscription, competitors",
        ),
        ("  hysteresis: -1", "92:15: `hysteresis` is too small — write 0 or more"),
        ("  hysterisis: 3", "92:3: `hysterisis` is not a key used here — did you mean `hysteresis`?"),
    ],
)
def test_a_slip_is_told_with_its_place_and_cure(tmp_path: Path, text: str, line: str) -> None:
    assert told(written(tmp_path, with_numbers(f"{text}\n"))) == f"label_taxonomy.yml:{line}"


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        (
            "hold::open",
            "`hold::open` is a label of this file, and would never be taken off again — name labels of other teams "
            "only",
        ),
        ("'a, b'", "`a, b` has a comma or outer spaces — write the title as GitLab shows it"),
    ],
)
def test_only_labels_of_other_teams_go_with_ours(tmp_path: Path, title: str, sentence: str) -> None:
    text = TAXONOMY.replace("description: Chat.", f"description: Chat.\n        also_apply: [{title}]")
    assert told(written(tmp_path, text)) == f"label_taxonomy.yml:34:22: {sentence}"
