"""Exactly one status on every request, also where nothing is exclusive."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.living import READY, Living, enforced, living


@pytest.fixture
def free(tmp_path: Path) -> Iterator[Living]:
    """An installation on GitLab Free: a second label of a scope does not push out the first."""
    with living(tmp_path, enforced(), tier="free") as found:
        yield found


def test_a_status_taken_away_by_hand_comes_back_in_silence(house: Living) -> None:
    issue = house.stage.files("sa.jane", "SAML", READY)
    house.stage.quiet()
    house.world.update_issue(house.world.user("sa.omar"), issue, remove_labels=["status::new"])
    house.stage.quiet()
    assert house.statuses(issue) == {"status::new"}
    assert house.said(issue) == []
    assert "one_status: repaired [- -> status::new]: no status was left" in house.journal(issue)


def test_a_card_dragged_to_open_comes_back(house: Living) -> None:
    issue = house.stage.files("sa.jane", "SAML", READY)
    house.stage.quiet()
    house.stage.drags("sme.ken", issue, "open")
    house.stage.quiet()
    assert house.statuses(issue) == {"status::new"}
    assert house.said(issue) == []


def test_on_free_the_newer_of_two_statuses_stays_if_it_may(free: Living) -> None:
    issue = free.stage.files("sa.jane", "SAML", READY)
    free.stage.quiet()
    free.stage.labels("sme.ken", issue, "status::reviewed")
    assert "status::new" in free.statuses(issue)
    free.stage.quiet()
    assert free.statuses(issue) == {"status::reviewed"}
    assert free.said(issue) == []


def test_on_free_a_second_status_that_may_not_stand_is_taken_off_and_explained(free: Living) -> None:
    issue = free.stage.files("sa.jane", "SAML", READY)
    free.stage.quiet()
    free.stage.labels("sa.omar", issue, "status::resolved")
    free.stage.quiet()
    assert free.statuses(issue) == {"status::new"}
    (note,) = free.heard(issue)
    assert note.startswith("@sa.omar, I put this card back in **New**: there is no step from **New** to **Resolved**.")


def test_on_free_a_drag_is_judged_as_anywhere(free: Living) -> None:
    issue = free.stage.files("sa.jane", "SAML", READY)
    free.stage.quiet()
    free.stage.drags("sme.ken", issue, "status::reviewed")
    free.stage.quiet()
    assert free.statuses(issue) == {"status::reviewed"}
    assert free.said(issue) == []
