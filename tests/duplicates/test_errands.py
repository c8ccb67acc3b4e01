"""Errands on another issue are done exactly once, whoever else is at it and wherever a process dies."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.domain.customer import Account, AccountKind, CustomerLine, Severity
from app.domain.issue import Ref, User
from app.domain.plan import Carry, Draft, Errand
from tests.duplicates.two_desks import NOON, PROJECT, US, Died, Town

JANE = User(11, "sa.jane")


def customer(key: str, severity: Severity = Severity.BLOCKER) -> CustomerLine:
    return CustomerLine(Account(key, AccountKind.OPPORTUNITY), JANE, NOON, severity=severity)


def carry(town: Town, source: int, *keys: str) -> Carry:
    return Carry(Ref(PROJECT, source), Ref(PROJECT, 3), tuple(map(customer, keys)))


def request(town: Town) -> Ref:
    return town.opens(3, "status::new", "area::ai", by=JANE)


def keys(town: Town) -> list[str]:
    return sorted(line.account.key for line in town.carried(Ref(PROJECT, 3)))


DRAFT = Draft(Ref(PROJECT, 2), 77, 1, JANE, NOON, "Chat answers only in English", "ai")


def corner(town: Town) -> Ref:
    return town.opens(2, "program-doc::corner", by=JANE)


def drafts(town: Town) -> list[int]:
    return [i.ref.iid for i in town.issues.values() if i.author == US and i.state == "opened"]


def test_the_customers_of_two_duplicates_are_kept_in_internal_notes() -> None:
    town = Town()
    ref = request(town)
    town.desk().run(carry(town, 8, "0065g00000AAAAA"))
    town.desk().run(carry(town, 9, "0065g00000BBBBB", "0065g00000CCCCC"))
    assert keys(town) == ["0065g00000AAAAA", "0065g00000BBBBB", "0065g00000CCCCC"]
    assert [note.internal for note in town.threads[ref]] == [True, True]
    town.desk().run(Carry(Ref(PROJECT, 9), ref))
    assert keys(town) == ["0065g00000AAAAA"]


@pytest.mark.parametrize("labels", [["program-doc::agenda"], ["status::new", "sounding-board::paused"]])
def test_nothing_is_written_on_what_is_no_request_or_paused(labels: list[str]) -> None:
    town = Town()
    ref = town.opens(3, *labels, by=JANE)
    town.desk().run(carry(town, 8, "0065g00000AAAAA"))
    assert town.threads[ref] == []


def test_a_request_that_is_gone_takes_nobody_s_customers() -> None:
    Town().desk().run(carry(Town(), 8, "0065g00000AAAAA"))


def test_nothing_taken_back_where_nothing_was_carried_writes_nothing() -> None:
    town = Town()
    ref = request(town)
    town.desk().run(Carry(Ref(PROJECT, 9), ref))
    assert town.threads[ref] == []


def interrupted(town: Town, at: int, act: Callable[[], None]) -> None:
    """At the call of this number, something else happens first."""
    calls = 0

    def before(what: str) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            act()

    town.before = before


@pytest.mark.parametrize("at", range(1, 5))
@pytest.mark.parametrize("empty", [True, False])
def test_two_processes_carry_at_once_and_none_is_lost(at: int, empty: bool) -> None:
    town = Town()
    request(town)
    if not empty:
        town.desk().run(carry(town, 7, "0065g00000ZZZZZ"))
    interrupted(town, at, lambda: town.desk().run(carry(town, 9, "0065g00000BBBBB")))
    town.desk().run(carry(town, 8, "0065g00000AAAAA"))
    wanted = ["0065g00000AAAAA", "0065g00000BBBBB"] + ([] if empty else ["0065g00000ZZZZZ"])
    assert keys(town) == wanted
    assert len(town.threads[Ref(PROJECT, 3)]) == len(wanted)


@pytest.mark.parametrize("at", range(1, 5))
def test_service_and_sweep_carry_the_same_at_once_and_one_note_stays(at: int) -> None:
    town = Town()
    request(town)
    interrupted(town, at, lambda: town.desk().run(carry(town, 8, "0065g00000AAAAA")))
    town.desk().run(carry(town, 8, "0065g00000AAAAA"))
    assert keys(town) == ["0065g00000AAAAA"]
    assert len(town.threads[Ref(PROJECT, 3)]) == 1


def dies() -> None:
    raise Died


ERRANDS: dict[str, Callable[[Town], Errand]] = {
    "carry": lambda town: carry(town, 8, "0065g00000AAAAA"),
    "draft": lambda town: DRAFT,
}


@pytest.mark.parametrize("at", range(1, 10))
@pytest.mark.parametrize("errand", ERRANDS)
def test_wherever_a_process_dies_the_next_run_goes_on_and_nothing_is_twice(errand: str, at: int) -> None:
    town = Town()
    request(town), corner(town)
    interrupted(town, at, dies)
    for _ in range(3):
        try:
            town.desk().run(ERRANDS[errand](town))
        except Died:
            continue
    assert keys(town) == (["0065g00000AAAAA"] if errand == "carry" else [])
    assert drafts(town) == ([4] if errand == "draft" else [])
    assert len([note for thread in town.threads.values() for note in thread]) == 1


@pytest.mark.parametrize("at", range(1, 8))
def test_two_processes_draft_at_once_and_the_lowest_number_stays(at: int) -> None:
    town = Town()
    corner(town)
    interrupted(town, at, lambda: town.desk().run(DRAFT))
    town.desk().run(DRAFT)
    assert drafts(town) == [3]
    (note,) = town.threads[Ref(PROJECT, 2)]
    assert note.body.startswith(f"I drafted {PROJECT}#3+ from this. `sa.jane`, please complete it there.")


def test_a_line_that_cannot_be_read_drafts_nothing_and_is_told_how() -> None:
    town = Town()
    corner(town)
    town.desk().run(Draft(Ref(PROJECT, 2), 77, 1, JANE, NOON + timedelta(hours=1), ""))
    assert drafts(town) == []
    (note,) = town.threads[Ref(PROJECT, 2)]
    assert note.body.startswith("@sa.jane, I could not read this.")
