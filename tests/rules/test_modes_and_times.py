"""How far a rule goes, and how far back: modes, switches, grandfathering, the 72 hours, whose move counts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.domain.issue import User
from app.domain.plan import Finding, Verdict
from app.domain.taxonomy import Mode
from tests.rules.cards import BOT, FORMER_BOT, GHOST, Card
from tests.rules.cards import complete as made_complete
from tests.rules.world import NINE, SME_ONCE, shipped

Makes = Callable[..., Card]
HELD = "@mallory, I put this card back in **Reviewed**: the step to **Accepted by PMs** is for the PM to make"


def verdicts(card: Card) -> list[Verdict]:
    """What the journal says of the moves of the last run."""
    last = max((e.at for e in card.diary.entries), default=None)
    return [e.finding.verdict for e in card.diary.entries if e.at == last and e.finding and e.finding.rule == "moves"]


def only(findings: list[Finding], verdict: Verdict) -> Finding:
    """The one finding with this verdict."""
    (found,) = {f for f in findings if f.verdict is verdict}
    return found


# Modes.


def test_observe_only_writes_the_journal(complete: Makes) -> None:
    card = complete("reviewed", shipped().moves_in(Mode.OBSERVE))
    card.move("mallory", "accepted")
    assert (card.settle(), card.status) == ([], "accepted")
    finding = only(card.diary.findings, Verdict.OBSERVED)
    assert (finding.because, finding.who, finding.before, finding.after) == (
        "not theirs",
        "mallory",
        "status::reviewed",
        "status::accepted",
    )


def test_guide_says_it_and_leaves_the_card(complete: Makes) -> None:
    card = complete("reviewed", shipped().moves_in(Mode.GUIDE))
    card.move("mallory", "accepted")
    assert len(card.settle()) == 1
    assert card.status == "accepted"
    assert card.hears().startswith("@mallory, a note on the move to **Accepted by PMs**: ")


def test_enforce_puts_it_back(complete: Makes) -> None:
    card = complete("reviewed")
    card.move("mallory", "accepted")
    card.settle()
    assert card.status == "reviewed"
    assert card.hears().startswith(HELD)


def test_off_is_as_if_there_were_no_rules(complete: Makes) -> None:
    card = complete("reviewed", shipped().rule_in("moves", Mode.OFF))
    card.move("mallory", "accepted")
    assert (card.settle(), card.status, verdicts(card)) == ([], "accepted", [])


def test_with_moves_switched_off_a_lost_status_comes_back_as_it_was(complete: Makes) -> None:
    card = complete("reviewed", shipped().rule_in("moves", Mode.OFF))
    card.move("mallory", "accepted")
    card.remove_status("mallory")
    card.settle()
    assert card.status == "accepted"


def test_the_switch_of_the_moves_holds_back_what_a_single_move_would_do(complete: Makes) -> None:
    card = complete("reviewed", shipped().rule_in("moves", Mode.OBSERVE))
    card.move("mallory", "accepted")
    assert (card.settle(), card.status, verdicts(card)) == ([], "accepted", [Verdict.OBSERVED])


def test_one_area_may_be_guided_while_another_is_enforced(complete: Makes) -> None:
    world = shipped().moves_in(Mode.ENFORCE, {"ai": Mode.GUIDE})
    ai = complete("reviewed", world)
    ai.move("mallory", "accepted")
    ai.settle()
    assert ai.status == "accepted"
    assert ai.hears().startswith("@mallory, a note on the move")

    agile = complete("reviewed", world, labels=["area::agile", "theme::agile::boards"])
    agile.move("mallory", "accepted")
    agile.settle()
    assert agile.status == "reviewed"
    assert agile.hears().startswith(HELD)


def test_the_pause_label_stops_everything_on_one_card(complete: Makes) -> None:
    card = complete("reviewed")
    card.label("lead.ai", "sounding-board::paused")
    card.move("mallory", "accepted")
    card.remove_status("mallory")
    assert (card.settle(), card.statuses) == ([], [])
    assert only(card.diary.findings, Verdict.REPORTED).because == (
        "the label sounding-board::paused switches us off here"
    )


def test_each_rule_has_its_own_switch(card: Makes) -> None:
    off = shipped()
    for rule in ("starting_status", "one_status", "context", "open_closed"):
        off = off.rule_in(rule, Mode.OFF)
    fresh = card(off)
    fresh.later(hours=1)
    assert fresh.settle() == []
    closed = card(off, in_status="reviewed")
    closed.drag_to_closed("sme.ken")
    assert closed.settle() == []


# Times.


def test_nobody_is_judged_by_a_rule_that_was_not_there(complete: Makes) -> None:
    card = complete("reviewed", shipped().effective_from(NINE + timedelta(hours=2)))
    card.move("mallory", "accepted", NINE + timedelta(hours=1))
    card.later(hours=2)
    assert (card.settle(), card.status) == ([], "accepted")


def test_a_single_move_may_take_effect_later_than_the_rest(complete: Makes) -> None:
    world = shipped().effective_from(NINE + timedelta(hours=2), move="T4")
    before = complete("reviewed", world)
    before.move("mallory", "accepted", NINE + timedelta(hours=1))
    assert (before.settle(), before.status) == ([], "accepted")

    after = complete("reviewed", world)
    after.move("mallory", "accepted", NINE + timedelta(hours=3))
    after.settle()
    assert after.status == "reviewed"
    assert after.hears().startswith(HELD)


def test_a_move_is_put_back_for_72_hours_and_later_only_reported(complete: Makes) -> None:
    in_time = complete("reviewed")
    in_time.move("mallory", "accepted")
    in_time.later(hours=71, minutes=59)
    in_time.settle()
    assert in_time.status == "reviewed"
    assert in_time.hears().startswith(HELD)

    late = complete("reviewed")
    late.move("mallory", "accepted")
    late.later(hours=72, minutes=1)
    assert (late.settle(), late.status) == ([], "accepted")
    finding = only(late.diary.findings, Verdict.REPORTED)
    assert (finding.because, finding.who, finding.before, finding.after) == (
        "against the rules, and older than 72 hours",
        "mallory",
        "status::reviewed",
        "status::accepted",
    )


def test_a_late_move_is_not_reported_once_somebody_moved_the_card_on(complete: Makes) -> None:
    card = complete("reviewed")
    card.move("mallory", "accepted")
    card.later(hours=80)
    card.move("pm.ai", "roadmap")
    assert (card.settle(), card.status, verdicts(card)) == ([], "roadmap", [Verdict.STANDS])


def test_a_lawful_late_move_is_not_reported(complete: Makes) -> None:
    card = complete("reviewed")
    card.move("pm.ai", "accepted")
    card.later(hours=80)
    assert (card.settle(), verdicts(card)) == ([], [])


def test_a_gap_that_appears_after_72_hours_is_asked_for_and_never_put_back(complete: Makes) -> None:
    card = complete("new")
    card.move("sme.ken", "reviewed")
    assert card.settle() == []
    card.later(hours=80)
    card.label("sme.ken", remove=["theme::ai::chat"])
    card.settle()
    assert card.status == "reviewed"
    assert "context::needed" in card.issue.labels
    assert "- [ ] **Theme**: " in card.hears()


# Whose move counts.


def test_roles_are_those_of_the_time_of_the_move(complete: Makes) -> None:
    in_february = datetime(2026, 2, 28, 23, 59, tzinfo=UTC)
    then = complete("new", at=in_february - timedelta(hours=1))
    then.move(SME_ONCE, "reviewed", in_february)
    then.later(hours=24)
    assert (then.settle(), then.status) == ([], "reviewed")

    too_late = complete("new")
    too_late.move(SME_ONCE, "reviewed")
    too_late.settle()
    assert too_late.status == "new"
    assert "@sme.once, I put this card back in **New**" in too_late.hears()


def test_a_card_that_changed_hands_afterwards_is_judged_by_its_area_of_then(complete: Makes) -> None:
    card = complete("new")
    card.move("sme.ken", "reviewed")
    card.label("sme.ken", "area::agile", "theme::agile::boards")
    card.settle()
    assert card.status == "reviewed"


def test_nobody_gets_rights_by_changing_the_area_after_the_move(complete: Makes) -> None:
    card = complete("reviewed")
    card.move("pm.agile", "accepted")
    card.label("pm.agile", "area::agile")
    card.settle()
    assert card.status == "reviewed"
    assert "@pm.agile, I put this card back" in card.hears()


def test_in_no_area_or_in_two_the_roles_of_every_area_count(complete: Makes) -> None:
    free = {"free": True, "labels": ["area::ai", "area::agile", "theme::ai::chat"]}
    for options in (free, {"labels": ["theme::ai::chat"]}):
        card = complete("accepted", **options)
        card.move("pm.agile", "roadmap")
        card.settle()
        assert card.status == "roadmap"
        card.hears()


def test_handles_ignore_case_as_gitlab_does(complete: Makes) -> None:
    card = complete("new")
    card.move("SME.Ken", "reviewed")
    assert (card.settle(), card.status) == ([], "reviewed")


def test_our_own_moves_are_never_judged_whichever_bot_user_made_them(complete: Makes) -> None:
    for bot in (BOT, FORMER_BOT):
        card = complete("new")
        card.move(bot.username, "resolved")
        assert (card.settle(), card.status) == ([], "resolved")


def test_a_bot_user_we_do_not_know_is_judged_like_anybody(complete: Makes) -> None:
    card = complete("new")
    card.move("project_7_bot_other", "resolved")
    card.settle()
    assert card.status == "new"
    assert "@project_7_bot_other, I put this card back" in card.hears()


def test_the_ghost_is_us_where_a_note_of_ours_shows_that_we_were_there(complete: Makes) -> None:
    card = complete("new")
    card.move("mallory", "accepted")
    card.settle()
    assert "@mallory, I put this card back" in card.hears()
    # The bot user is deleted: GitLab hands its notes and label events to the ghost.
    card.thread = [replace(n, author=GHOST) if n.author == BOT else n for n in card.thread]
    card.events = [replace(e, user=GHOST) if e.user == BOT else e for e in card.events]
    card.bot, card.retired = User(99, "project_7_bot_new"), frozenset()
    assert (card.settle(), card.status) == ([], "new")


def test_the_ghost_without_a_note_of_ours_is_a_person_who_left(complete: Makes) -> None:
    card = complete("new")
    card.move("ghost", "accepted")
    card.settle()
    assert card.status == "new"
    assert "@ghost, I put this card back" in card.hears()


def test_a_mover_whom_gitlab_forgot_is_told_without_a_name(complete: Makes) -> None:
    card = complete("new")
    card.move("gone", "accepted")
    card.events = [replace(e, user=None) if e.user == card.people["gone"] else e for e in card.events]
    card.settle()
    assert card.status == "new"
    assert card.hears().startswith("I put this card back in **New**: ")


def test_a_new_bot_user_follows_up_its_predecessors_note_and_does_not_repeat_it(complete: Makes) -> None:
    card = complete("new")
    card.move("mallory", "accepted")
    card.settle()
    assert "@mallory, I put this card back" in card.hears()
    card.bot, card.retired = FORMER_BOT, frozenset({BOT.id})
    assert card.settle() == []

    card.move("pm.ai", "accepted")
    card.settle()
    assert card.hears().startswith("~~There was a question about a move of this card.~~")
    assert len(card.bots_notes) == 2, "the note of the other user cannot be edited, so a successor settles it"
    assert card.settle() == []


def test_a_document_of_the_program_and_other_projects_are_left_alone(card: Makes) -> None:
    document = card(labels=["program-doc::agenda"])
    document.later(hours=1)
    assert document.settle() == []
    incident = card()
    incident.issue = replace(incident.issue, kind="incident")
    assert incident.settle() == []


def test_cards_made_for_the_tests_lack_nothing() -> None:
    assert made_complete("new").settle() == []


def test_who_lets_a_card_go_in_the_wrong_list_takes_it_back_without_a_reason(complete: Makes) -> None:
    card = complete("reviewed")
    card.move("pm.ai", "accepted")
    card.later(minutes=1)
    card.move("pm.ai", "reviewed")
    assert (card.settle(), card.status) == ([], "reviewed")


def test_later_or_by_somebody_else_it_is_a_step_back_and_wants_its_reason(complete: Makes) -> None:
    card = complete("reviewed", assigned=("pm.ai",))
    card.move("pm.ai", "accepted")
    card.later(minutes=3)
    card.move("pm.ai", "reviewed")
    card.settle()
    assert card.status == "accepted"
    assert "**Reason**" in card.hears()
