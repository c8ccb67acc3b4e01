"""Two SAs file the same: they are told quietly, and the duplicate takes its customers along, and gets them back."""

# ruff: noqa: E501 - notes are pinned as people read them

from collections.abc import Iterator
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app.domain.taxonomy import Mode
from app.fakegitlab.model import Issue
from tests.scenarios.living import READY, Living, enforced, living

SAML = READY
ALIKE = (
    READY.replace(
        "People who were removed from the SAML group keep their access to GitLab for up to 24 hours.",
        "When somebody is removed from a SAML group in the identity provider, their access lasts up to 24 hours.",
    )
    .replace("0065g00000QwErT", "0065g00000ZzZzZ")
    .replace("Severity: blocker", "Severity: retention")
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Living]:
    """A running installation with its intake rules in force."""
    with living(tmp_path, enforced(intake=Mode.ENFORCE, numbers=Mode.ENFORCE)) as found:
        yield found


def filed(house: Living, title: str = "SAML group removal takes a day", text: str = SAML) -> Issue:
    issue = house.stage.files("sa.jane", title, text)
    house.stage.quiet()
    return issue


def told(house: Living, issue: Issue) -> list[str]:
    """What we said besides the ledger."""
    return [note for note in house.heard(issue) if not note.startswith("### Customers on this request")]


def ledger(house: Living, issue: Issue) -> str:
    """The first line of its ledger."""
    return next(line for note in house.heard(issue) if (line := note.partition("\n")[0]).startswith("### Customers"))


def filed_again(house: Living) -> Issue:
    return filed(house, "Access stays after removal from SAML group", ALIKE)


def test_a_request_like_another_is_told_so_once_and_quietly(house: Living) -> None:
    first = filed(house)
    assert told(house, first) == []
    second = filed_again(house)
    assert told(house, second) == snapshot(
        [
            """\
This may ask for the same as sme/customer-feedback#2+.

If it does, `/duplicate` with the other's number in a comment closes this request and takes its customers along. If not, there is nothing to do; `@sounding-board not a duplicate` has me let go of it.\
"""
        ]
    )
    house.stage.says("sa.omar", second, "@sounding-board not a duplicate")
    house.stage.quiet()
    assert told(house, second) == snapshot(
        ["~~This looked like sme/customer-feedback#2+.~~ `sa.omar` says that it is not the same."]
    )
    house.world.update_issue(house.world.user("sa.jane"), second, title="SAML group removal takes a day")
    house.stage.quiet()
    assert len(told(house, second)) == 1


def test_linking_them_settles_it(house: Living) -> None:
    first, second = filed(house), filed_again(house)
    assert told(house, first) == []
    house.stage.says("sa.jane", second, f"They belong together.\n\n/relate #{first.iid}")
    house.stage.quiet()
    assert told(house, second) == snapshot(["~~This looked like sme/customer-feedback#2+.~~ They are linked now."])


def test_a_warm_index_costs_no_call(house: Living) -> None:
    assert told(house, filed(house)) == []
    house.world.reset_calls()
    second = filed_again(house)
    assert len(told(house, second)) == 1
    assert not [call for call in house.world.calls if call.method == "GET" and call.template.endswith("/issues")]
    first_run = [call.method for call in house.world.calls][:3]
    assert first_run == ["GET", "GET", "GET"]


def test_a_duplicate_takes_its_customers_along_and_has_them_back(house: Living) -> None:
    first, second = filed(house), filed_again(house)
    house.world.reset_calls()
    house.stage.says("sme.ken", second, f"/duplicate #{first.iid}")
    house.stage.quiet()
    # The run, the links while a suggestion is open, and whether the other is a request; then the errand: two reads, a
    # write, and a look whether it stayed.
    assert [call.method for call in house.world.calls][:9] == [*["GET"] * 5, "GET", "GET", "POST", "GET"]
    assert second.state == "closed"
    assert house.stage.titles(second) >= {"status::declined", "declined::duplicate"}
    assert told(house, second) == snapshot(
        [
            "~~This looked like sme/customer-feedback#2+.~~ The request is closed.",
            "The customer of this duplicate counts on sme/customer-feedback#2+ now. Reopened, this request has it back.",
        ]
    )
    assert told(house, first) == snapshot(
        [
            """\
sme/customer-feedback#3+ was closed as a duplicate of this request. Its customer counts here now, each account once, by what was told of it last.

| customer | severity |
|---|---|
| 006…ZzZzZ | retention |\
"""
        ]
    )
    assert ledger(house, first) == "### Customers on this request · 2 accounts"
    assert house.sweeps().planned == ()

    house.stage.drags("sme.ken", second, "open")
    house.stage.quiet()
    assert told(house, second) == snapshot(
        [
            "~~This looked like sme/customer-feedback#2+.~~ The request is closed.",
            "~~The customers of this request counted on sme/customer-feedback#2+.~~ They are back: it is open again.",
            """\
@sa.jane, this request is open again. It was closed as ~"declined::duplicate", so it is still in **Declined**. Where to now?

From **Declined** a card can go to:
- **New** (the area lead or the program lead)
- **Reviewed** (an SME of the area or the area lead)

If it is done with after all, close it again.\
""",
        ]
    )
    assert told(house, first) == snapshot(
        ["~~Customers of sme/customer-feedback#3+ counted here.~~ They are back there."]
    )
    assert ledger(house, first) == "### Customers on this request · 1 account"
    assert house.sweeps().planned == ()


def test_the_word_duplicate_of_carries_them_too(house: Living) -> None:
    first, second = filed(house), filed_again(house)
    with house.deaf():
        house.stage.says("sme.ken", second, f"duplicate of #{first.iid}")
        house.world.update_issue(house.world.user("sme.ken"), second, state_event="close")
    assert len(house.sweeps().planned) == 1
    house.stage.quiet()
    assert house.sweeps().planned == ()
    assert [note.partition("\n")[0] for note in told(house, first)] == snapshot(
        [
            "sme/customer-feedback#3+ was closed as a duplicate of this request. Its customer counts here now, each account once, by what was told of it last."
        ]
    )
    told(house, second)


def test_while_the_rule_only_watches_nothing_is_said(tmp_path: Path) -> None:
    with living(tmp_path, enforced(Mode.OBSERVE, intake=Mode.OBSERVE)) as house:
        first, second = filed(house), filed_again(house)
        house.stage.says("sme.ken", second, f"/duplicate #{first.iid}")
        house.stage.quiet()
        assert (house.said(first), house.said(second)) == ([], [])
        assert [line for line in house.journal(second) if line.startswith("duplicates")] == snapshot(
            [
                "duplicates: observed: likely the same as sme/customer-feedback#2",
                "duplicates: observed: 1 of its customers go to sme/customer-feedback#2",
            ]
        )
