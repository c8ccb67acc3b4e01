"""What is ticked becomes the label, and a bug is told once where it is mended sooner (H10)."""

# ruff: noqa: E501 - notes are pinned as people read them

from collections.abc import Iterator
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app.domain.taxonomy import Mode
from tests.scenarios.living import GAPS, READY, Living, enforced, living

ROUTE = "A bug is mended sooner where support sees it; please open a ticket there too, and put its link here. https://about.gitlab.com/support/"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Living]:
    """A running installation with its intake rules in force."""
    with living(tmp_path, enforced(intake=Mode.ENFORCE)) as found:
        yield found


@pytest.mark.parametrize("ticked", ["Feature", "Enhancement", "Bug"])
def test_the_type_ticked_becomes_the_label_in_the_same_write(house: Living, ticked: str) -> None:
    house.world.reset_calls()
    issue = house.stage.files("sa.jane", "SAML", READY.replace("- [x] Feature", f"- [x] {ticked}"))
    house.stage.quiet()
    house.heard(issue)
    assert f"type::{ticked.lower()}" in house.stage.titles(issue)
    assert len([call for call in house.world.calls if call.method == "PUT" and call.template.endswith("_iid")]) == 1


def test_a_label_that_somebody_chose_stays(house: Living) -> None:
    issue = house.stage.files("sa.jane", "SAML", f'{READY}\n/label ~"type::bug"')
    house.stage.quiet()
    house.heard(issue)
    assert {t for t in house.stage.titles(issue) if t.startswith("type::")} == {"type::bug"}


def test_a_bug_is_told_where_it_is_mended_sooner_with_the_question_for_context(house: Living) -> None:
    issue = house.stage.files("sa.jane", "SAML", f"{GAPS}\n\n## Request type\n- [x] Bug\n")
    house.stage.quiet()
    assert house.heard(issue) == snapshot(
        [
            """\
@sa.jane, thank you for this request. Before product managers can work with it, this is missing (@sme.dana can help):

- [ ] **Use case and who is affected**: It shows how many people meet the problem, and in which work. For example `Use case: the platform team, for 900 developers`
- [ ] **Customer**: A request is as strong as the customers behind it. For example `Account or opportunity: https://example.my.salesforce.com/0065g00000QwErT`

Good to have now, needed before the review:

- [ ] **Severity**: It says what the customer does without it. Pick a label: ~"severity::blocker" · ~"severity::retention" · ~"severity::fast-follow" · ~"severity::nice"
- [ ] **Needed by**: A renewal or a closing date sets the pace. For example `Needed by: 2026-03-31`

A bug is mended sooner where support sees it; please open a ticket there too, and put its link here. https://about.gitlab.com/support/

Anybody can answer: in a comment here (one `name: value` line each), in the description, or with a label. I tick off what arrives, and ask only once.\
"""
        ]
    )


def test_a_feature_and_a_complete_bug_are_told_nothing(house: Living) -> None:
    feature = house.stage.files("sa.jane", "SAML", f"{GAPS}\n\n## Request type\n- [x] Feature\n")
    bug = house.stage.files("sa.jane", "Chat is slow", READY.replace("- [x] Feature", "- [x] Bug"))
    house.stage.quiet()
    assert not [note for issue in (feature, bug) for note in house.heard(issue) if ROUTE in note]
