"""Somebody says a request aloud in the SME Corner; one line there drafts it, and who said it completes it (H9)."""

# ruff: noqa: E501 - notes are pinned as people read them

from collections.abc import Iterator
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app.domain.taxonomy import Mode
from app.fakegitlab.model import Issue
from tests.scenarios.living import Living, enforced, living

CORNER = "program-doc::corner"
LINK = "https://example.my.salesforce.com/0065g00000QwErT"
LINE = f"@sounding-board request: Removed people keep their SAML access for a day | area ai | customer {LINK}"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Living]:
    """A running installation with its intake rules in force."""
    with living(tmp_path, enforced(intake=Mode.ENFORCE)) as found:
        yield found


@pytest.fixture
def corner(house: Living) -> Issue:
    world, project = house.world, house.stage.project
    world.create_label(world.root, project, CORNER, "#000000", "The agenda of an SME Corner.")
    return world.create_issue(world.user("sme.ken"), project, "SME Corner of March", labels=[CORNER])


def issues(house: Living) -> list[Issue]:
    """The requests there are, oldest first."""
    return [i for i in house.stage.project.issues.values() if "status::new" in house.stage.titles(i)]


def test_one_line_drafts_a_request_that_its_teller_completes(house: Living, corner: Issue) -> None:
    house.stage.says("sa.jane", corner, f"Heard on the call today.\n\n{LINE}")
    house.stage.quiet()
    (draft,) = issues(house)
    assert draft.title == "Removed people keep their SAML access for a day"
    assert house.stage.titles(draft) >= {"status::new", "area::ai", "context::needed"}
    assert (draft.description or "").partition("\n\n<!-- sounding-board:")[0] == snapshot("""\
## Problem

`Removed people keep their SAML access for a day`

## Customer

- Account or opportunity: https://example.my.salesforce.com/0065g00000QwErT

Drafted from a comment of `sa.jane` on sme/customer-feedback#2+. Please complete it here, in your own words.\
""")
    assert house.heard(corner) == snapshot(
        ["I drafted sme/customer-feedback#3+ from this. `sa.jane`, please complete it there."]
    )
    assert [note for note in house.heard(draft) if note.startswith("@")] == snapshot(
        [
            """\
@sa.jane, thank you for this request. Before product managers can work with it, this is missing (@sme.dana can help):

- [ ] **Use case and who is affected**: It shows how many people meet the problem, and in which work. For example `Use case: the platform team, for 900 developers`
- [ ] **Request type**: Features, enhancements and bugs go to different people. Pick a label: ~"type::feature" · ~"type::enhancement" · ~"type::bug"

Good to have now, needed before the review:

- [ ] **Severity**: It says what the customer does without it. Pick a label: ~"severity::blocker" · ~"severity::retention" · ~"severity::fast-follow" · ~"severity::nice"
- [ ] **Needed by**: A renewal or a closing date sets the pace. For example `Needed by: 2026-03-31`

Anybody can answer: in a comment here (one `name: value` line each), in the description, or with a label. I tick off what arrives, and ask only once.\
"""
        ]
    )
    replies = [note for note in corner.notes if note.author is house.stage.bot]
    assert [note.discussion_id == corner.notes[0].discussion_id for note in replies] == [True]

    house.stage.says("sa.jane", corner, "Thank you!")
    house.stage.quiet()
    assert house.sweeps().planned == ()
    assert issues(house) == [draft]


def test_a_lost_webhook_is_made_good_by_the_sweep(house: Living, corner: Issue) -> None:
    with house.deaf():
        house.stage.says("sa.jane", corner, LINE)
    house.sweeps()
    house.stage.quiet()
    (draft,) = issues(house)
    assert house.sweeps().planned == ()
    house.heard(corner)
    house.heard(draft)


def test_two_lines_of_one_comment_and_one_that_cannot_be_read(house: Living, corner: Issue) -> None:
    house.stage.says("sa.jane", corner, f"{LINE}\n@sounding-board request: Chat answers only in English | area ai")
    house.stage.says("sa.omar", corner, "@sounding-board request: ?")
    house.stage.quiet()
    assert [draft.title for draft in issues(house)] == [
        "Removed people keep their SAML access for a day",
        "Chat answers only in English",
    ]
    assert house.heard(corner) == snapshot(
        [
            "I drafted sme/customer-feedback#3+ from this. `sa.jane`, please complete it there.",
            "I drafted sme/customer-feedback#4+ from this. `sa.jane`, please complete it there.",
            "@sa.omar, I could not read this. In a comment for everybody, please write `request: <one sentence> | area <area> | customer <link>`.",
        ]
    )
    for draft in issues(house):
        house.heard(draft)


def test_what_is_typed_calls_nobody_and_runs_nothing(house: Living, corner: Issue) -> None:
    line = "@sounding-board request: @all please /close this | area <b>ai</b> | customer [Acme](javascript:alert)"
    house.stage.says("sa.jane", corner, line)
    house.stage.quiet()
    (draft,) = issues(house)
    assert draft.state == "opened"
    assert draft.title == "＠all please /close this"
    assert (draft.description or "").partition("\n\n<!-- sounding-board:")[0] == snapshot("""\
## Problem

`@all please /close this`

## Customer

- Account or opportunity:

Drafted from a comment of `sa.jane` on sme/customer-feedback#2+. Please complete it here, in your own words.\
""")
    house.heard(corner)
    house.heard(draft)


def test_on_a_request_the_line_is_answered(house: Living) -> None:
    issue = house.stage.files("sa.jane", "SAML", "")
    house.stage.quiet()
    house.stage.says("sa.jane", issue, LINE)
    house.stage.quiet()
    answers = [note for note in house.heard(issue) if "I draft requests" in note]
    assert answers == snapshot(
        ["@sa.jane, I draft requests from comments on agendas and SME Corners only. Here, please open a new issue."]
    )
    assert issues(house) == [issue]
