"""Somebody ticks a box on the agenda of a PM review: what becomes of the card, and what is said, there and here."""

# ruff: noqa: E501 - a sentence is not broken where a line ends

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from inline_snapshot import snapshot

from app.domain.agenda import Verb
from app.domain.cadence import MeetingKind
from app.domain.issue import Ref
from app.domain.request import OWNER
from app.domain.taxonomy import Mode
from app.domain.tick_decisions import Became, Decision
from app.domain.tick_moves import TARGETS
from app.domain.told_by_tick import rows_in
from tests.agendas.ticking import KilledError, Table
from tests.rules.cards import COMPLETE, complete
from tests.rules.world import shipped

MEETING = datetime(2026, 3, 18, 19, 10, tzinfo=UTC)
"""Ten minutes into the PM review of AI."""

SAFE = "GitLab does not plan to build this protocol."
LACKING = "\n".join(line for line in COMPLETE.splitlines() if not line.startswith(("- Revisit", "- Customer-safe")))
CHOSEN = frozenset({"area::ai", "theme::ai::chat"})


def table(status: str = "reviewed", **options: object) -> Table:
    """An agenda with a request that lacks nothing, in a status."""
    return Table(complete(status, **options))  # type: ignore[arg-type]


def bare() -> Table:
    """The same for a request that nobody owns, and that says nothing of revisits or sentences for customers."""
    return table(description=LACKING, labels=CHOSEN, assigned=())


def settled(at: Table) -> None:
    """The rules take what the ticks did as it is."""
    assert at.card.settle() == []


def test_the_product_manager_ticks_accept() -> None:
    at = table()
    outcome = at.ticks("pm.ai", Verb.ACCEPT)
    assert at.card.status == "accepted"
    assert at.says(outcome) == snapshot(
        "- `@pm.ai` ticked **Accept** for sme/customer-feedback#12+. Done: it is in **Accepted by PMs** now."
    )
    assert at.card.hears() == snapshot(
        "`pm.ai` decided this in the agenda sme/customer-feedback#388+: I moved the card from **Reviewed** to **Accepted by PMs**."
    )
    assert at.calls == ["read"] * 3 + ["write"] * 2
    settled(at)


def test_a_missing_reason_and_sentence_are_asked_in_place_and_written_there() -> None:
    at = bare()
    ticked = at.decision("pm.ai", Verb.DECLINE)
    asked = at.heeds(ticked)
    assert (at.card.status, asked.open) == ("reviewed", True)
    assert at.says(asked) == snapshot(
        "- `@pm.ai` ticked **Decline** for sme/customer-feedback#12+. Not yet: it stays in **Reviewed**, because something is missing: **Reason to decline**, **Customer-safe explanation**. Write it behind the box, or on the request; then I do the rest. I wait until Mon 9 Mar."
    )
    assert at.card.hears() == snapshot("""\
Almost there, @pm.ai: I keep your move to **Declined**. It was ticked in the agenda sme/customer-feedback#388+; the card stays in **Reviewed**, because something is not here yet.

Please add:

- [ ] **Reason to decline**: The customer deserves an honest answer. Pick a label: ~"declined::duplicate" · ~"declined::already-possible" · ~"declined::not-aligned" · ~"declined::not-feasible" · ~"declined::insufficient-demand" · ~"declined::superseded" · ~"declined::withdrawn" · ~"declined::wrong-product"
- [ ] **Customer-safe explanation**: It is the one sentence that solutions architects may pass on. For example `Customer-safe explanation: GitLab does not plan to support this protocol`

Anybody can answer: in a comment here, in the description, or with a label. As soon as it is all here, I finish the move; nobody needs to drag the card again. I wait until Mon 9 Mar, 09:31 UTC.

Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.\
""")
    settled(at)
    words = f"not-aligned, sentence for customers: {SAFE}"
    done = at.heeds(Decision(ticked.ask, ticked.by, ticked.at, True, words, ticked.agenda, ticked.meeting))
    assert (at.card.status, done.kind) == ("declined", Became.DONE)
    assert "declined::not-aligned" in at.card.issue.labels
    assert "hold::open" not in at.card.issue.labels
    assert at.card.hears() == snapshot("""\
For **PM/SME review: AI**, Wed 18 Mar, this was written in the agenda sme/customer-feedback#388+, and counts here:

- Reason: `not-aligned` (from `pm.ai`)
- Customer-safe explanation: `GitLab does not plan to build this protocol.` (from `pm.ai`)

---

`pm.ai` decided this in the agenda sme/customer-feedback#388+: I moved the card from **Reviewed** to **Declined**.\
""")
    settled(at)


def test_what_is_missing_comes_on_the_request_and_the_move_makes_itself() -> None:
    at = bare()
    ticked = at.decision("pm.ai", Verb.BACKLOG, "capacity")
    assert at.heeds(ticked).data["missing"] == ["Revisit date"]
    at.card.hears()
    at.card.comment("sa.jane", "Revisit: 2026-06-30")
    at.card.settle()
    assert at.card.status == "backlog"
    assert at.card.hears() == snapshot("""\
Done: I moved it from **Reviewed** to **Backlog** for `pm.ai`.

- [x] ~~Revisit date~~ from `sa.jane`. Thank you!\
""")
    done = at.heeds(ticked)
    assert at.says(done) == snapshot(
        "- `@pm.ai` ticked **Backlog** for sme/customer-feedback#12+. Done: it is in **Backlog** now."
    )
    settled(at)


def test_the_owner_is_named_behind_the_box() -> None:
    at = bare()
    done = at.ticks("pm.ai", Verb.ACCEPT, "owner: @pm.ai target: 18.9")
    assert (done.kind, at.card.status) == (Became.DONE, "accepted")
    assert at.card.hears() == snapshot("""\
For **PM/SME review: AI**, Wed 18 Mar, this was written in the agenda sme/customer-feedback#388+, and counts here:

- Target: `18.9` (from `pm.ai`)
- Owner: `pm.ai` (from `pm.ai`)

---

`pm.ai` decided this in the agenda sme/customer-feedback#388+: I moved the card from **Reviewed** to **Accepted by PMs**.\
""")
    settled(at)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("owner @pm.ai, target 18.9", {OWNER: "pm.ai", "target": "18.9"}),
        ("Owner pm.ai target %18.9.", {OWNER: "pm.ai", "target": "%18.9"}),
        ("owner: @pm.ai, target 18.9", {OWNER: "pm.ai", "target": "18.9"}),
        ("owner me; and target: 18.9", {OWNER: "pm.ai", "target": "18.9"}),
        ("owner me", {OWNER: "pm.ai"}),
        ("target 18.9", {"target": "18.9"}),
        ("owner: @pm.ai target: whenever it fits", {OWNER: "pm.ai", "target": "whenever it fits"}),
        ("owner @pm.ai, target whenever it fits", {"words": "owner @pm.ai, target whenever it fits"}),
        ("owner @nobody, target 18.9", {"words": "owner @nobody, target 18.9"}),
        (
            "owner @pm.ai, target 18.9, if the bank says yes",
            {"words": "owner @pm.ai, target 18.9, if the bank says yes"},
        ),
    ],
)
def test_colons_may_be_left_out_where_nothing_else_can_be_meant(words: str, kept: dict[str, str]) -> None:
    at = bare()
    at.ticks("pm.ai", Verb.ACCEPT, words)
    note = next(note for note in at.card.ours().notes.values() if "told" in note.state)
    assert {row.field: row.value for row in rows_in(note)} == kept
    at.card.hears()


def test_words_that_were_taken_back_with_their_tick_count_no_more() -> None:
    at = bare()
    ticked = at.decision("pm.ai", Verb.ACCEPT, "owner: me target: 19.9")
    assert at.heeds(ticked).kind is Became.DONE
    at.card.hears()
    undone = at.heeds(replace(ticked, ticked=False, at=ticked.at + timedelta(minutes=1)))
    assert undone.data["how"] == "taken back"
    assert at.card.hears() == snapshot("""\
For **PM/SME review: AI**, Wed 18 Mar: what was written in the agenda sme/customer-feedback#388+ was taken back with its tick, and counts here no more.

---

~~A box in the agenda sme/customer-feedback#388+ had moved this card.~~ `pm.ai` took the tick back, so I moved it back from **Accepted by PMs** to **Reviewed**.\
""")
    settled(at)
    words = f"not-aligned, sentence for customers: {SAFE}"
    assert at.ticks("pm.ai", Verb.DECLINE, words).kind is Became.DONE
    assert at.card.hears() == snapshot("""\
For **PM/SME review: AI**, Wed 18 Mar, this was written in the agenda sme/customer-feedback#388+, and counts here:

- Reason: `not-aligned` (from `pm.ai`)
- Customer-safe explanation: `GitLab does not plan to build this protocol.` (from `pm.ai`)

---

`pm.ai` decided this in the agenda sme/customer-feedback#388+: I moved the card from **Reviewed** to **Declined**.\
""")
    settled(at)


@pytest.mark.parametrize("words", ["", "owner: me target: 20.1"])
def test_so_do_words_of_a_tick_that_waited_and_were_changed_since(words: str) -> None:
    at = bare()
    ticked = at.decision("pm.ai", Verb.DECLINE, "not-aligned")
    assert at.heeds(ticked).kind is Became.ASKED
    at.heeds(replace(ticked, ticked=False, words=words, at=ticked.at + timedelta(minutes=1)))
    assert at.card.hears() == snapshot("""\
For **PM/SME review: AI**, Wed 18 Mar, this was written in the agenda sme/customer-feedback#388+, and counts here:

- Reason: `not-aligned` (from `pm.ai`)

---

Almost there, @pm.ai: I keep your move to **Declined**. It was ticked in the agenda sme/customer-feedback#388+; the card stays in **Reviewed**, because something is not here yet.

Please add:

- [ ] **Customer-safe explanation**: It is the one sentence that solutions architects may pass on. For example `Customer-safe explanation: GitLab does not plan to support this protocol`

Anybody can answer: in a comment here, in the description, or with a label. As soon as it is all here, I finish the move; nobody needs to drag the card again. I wait until Mon 9 Mar, 09:31 UTC.

Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.

---

For **PM/SME review: AI**, Wed 18 Mar: what was written in the agenda sme/customer-feedback#388+ was taken back with its tick, and counts here no more.

---

~~I had kept a move of this card.~~ `pm.ai` let go of it, so the card stays in **Reviewed**.\
""")
    assert "declined::not-aligned" not in at.card.issue.labels
    settled(at)


def test_what_was_told_with_another_box_stays_when_a_tick_is_taken_back() -> None:
    at = bare()
    at.ticks("pm.ai", Verb.DECLINE, "not-aligned")
    ticked = at.decision("pm.ai", Verb.ACCEPT, "owner: me target: 19.9")
    at.heeds(ticked)
    at.heeds(replace(ticked, ticked=False, at=ticked.at + timedelta(minutes=1)))
    note = next(note for note in at.card.ours().notes.values() if "told" in note.state)
    assert [(row.field, row.by) for row in rows_in(note)] == snapshot([("reason", "pm.ai")])
    at.card.hears()


def test_an_owner_whom_nobody_knows_is_asked_for_again() -> None:
    at = bare()
    outcome = at.ticks("pm.ai", Verb.ACCEPT, "owner: somebody")
    assert at.says(outcome) == snapshot(
        "- `@pm.ai` ticked **Accept** for sme/customer-feedback#12+. Not yet: it stays in **Reviewed**, because something is missing: **PM owner**. Write it behind the box, or on the request; then I do the rest. I wait until Mon 9 Mar. If it is you, `owner: me` is enough. I read no `owner` in `somebody`, so I only quote it on the request. Whom do you mean? Write it like `owner: @handle target: 18.9`, with the handle of somebody of the program."
    )
    at.card.hears()


def test_what_may_be_an_amount_is_copied_nowhere() -> None:
    at = bare()
    outcome = at.ticks("pm.ai", Verb.DECLINE, "not-aligned, sentence: they pay only 120k USD a year")
    assert at.says(outcome) == snapshot(
        "- `@pm.ai` ticked **Decline** for sme/customer-feedback#12+. Not yet: it stays in **Reviewed**, because something is missing: **Customer-safe explanation**. Write it behind the box, or on the request; then I do the rest. I wait until Mon 9 Mar. What stands behind `sentence` may be a customer's name or an amount, so I copied it nowhere; please tell it on the request."
    )
    assert "120k" not in "".join(note.body for note in at.card.bots_notes)
    at.card.hears()


def test_need_more_context_sends_it_back_with_the_question() -> None:
    at = table()
    outcome = at.ticks("lead.ai", Verb.CONTEXT, "Which identity provider does the customer use?")
    assert at.says(outcome) == snapshot(
        "- `@lead.ai` ticked **Need more context** for sme/customer-feedback#12+. Done: it is in **New** now."
    )
    at.card.later(minutes=11)
    at.card.settle()
    assert (at.card.status, "context::needed" in at.card.issue.labels) == ("new", True)
    assert at.card.hears() == snapshot("""\
For **PM/SME review: AI**, Wed 18 Mar, this was written in the agenda sme/customer-feedback#388+, and counts here:

- What is missing: `Which identity provider does the customer use?` (from `lead.ai`)

---

`lead.ai` decided this in the agenda sme/customer-feedback#388+: I moved the card from **Reviewed** to **New**.

---

@sa.jane, this request came back: `lead.ai` needs more to go on (@sme.dana can help):

- [ ] `Which identity provider does the customer use?`

Anybody can answer: in a comment here (one `name: value` line each), in the description, or with a label. I tick off what arrives, and ask only once.\
""")


def test_a_question_about_a_new_request_is_asked_where_it_stands() -> None:
    at = table("new")
    asked = at.ticks("pm.ai", Verb.CONTEXT)
    assert at.says(asked) == snapshot(
        "- `@pm.ai` ticked **Need more context** for sme/customer-feedback#12+. Not yet: what should its people tell? Write the question behind the box; until then it stays in **New**."
    )
    done = at.ticks("pm.ai", Verb.CONTEXT, "question: Which identity provider does the customer use?")
    assert at.says(done) == snapshot(
        "- `@pm.ai` ticked **Need more context** for sme/customer-feedback#12+. Done: the question stands on the request, and its people are asked."
    )
    at.card.later(minutes=11)
    at.card.settle()
    assert (at.card.status, "context::needed" in at.card.issue.labels) == ("new", True)
    assert at.card.hears() == snapshot("""\
For **PM/SME review: AI**, Wed 18 Mar, this was written in the agenda sme/customer-feedback#388+, and counts here:

- What is missing: `Which identity provider does the customer use?` (from `pm.ai`)

---

@sa.jane, this request came back: `pm.ai` needs more to go on (@sme.dana can help):

- [ ] `Which identity provider does the customer use?`

Anybody can answer: in a comment here (one `name: value` line each), in the description, or with a label. I tick off what arrives, and ask only once.\
""")


@pytest.mark.parametrize("source", ["new", "reviewed"])
def test_reviewed_is_for_who_may_move_it_there(source: str) -> None:
    at = table(source)
    outcome = at.ticks("sme.ken", Verb.REVIEWED)
    assert outcome.kind is (Became.DONE if source == "new" else Became.ALREADY)
    assert at.card.status == "reviewed"
    at.card.hears()


def test_the_wrong_person() -> None:
    at = table()
    outcome = at.ticks("sme.ken", Verb.ACCEPT)
    assert (at.card.status, outcome.box, at.calls) == ("reviewed", " ", ["read"] * 3)
    assert at.says(outcome) == snapshot(
        "- `@sme.ken` ticked **Accept** for sme/customer-feedback#12+. Not done: that is for the PM (here `pm.ai`) to decide. I took the tick out again; they can tick it here."
    )


def test_twice() -> None:
    at = table()
    ticked = at.decision("pm.ai", Verb.ACCEPT)
    first, again = at.heeds(ticked), at.heeds(ticked)
    assert first == again
    assert at.calls == ["read"] * 3 + ["write"] * 2 + ["read"] * 3
    later = at.ticks("pm.ai", Verb.ACCEPT)
    assert at.says(later) == snapshot(
        "- `@pm.ai` ticked **Accept** for sme/customer-feedback#12+. Nothing to do: it was in **Accepted by PMs** already, by `pm.ai`."
    )
    at.card.hears()


def test_undone_at_once() -> None:
    at = table()
    ticked = at.decision("pm.ai", Verb.ACCEPT)
    at.heeds(ticked)
    at.card.hears()
    undone = at.unticks("pm.ai", Verb.ACCEPT, ticked.at + timedelta(seconds=90))
    assert at.card.status == "reviewed"
    assert at.says(undone) == snapshot(
        "- `@pm.ai` unticked **Accept** for sme/customer-feedback#12+. Taken back: it is in **Reviewed** again."
    )
    assert at.card.hears() == snapshot(
        "~~A box in the agenda sme/customer-feedback#388+ had moved this card.~~ `pm.ai` took the tick back, so I moved it back from **Accepted by PMs** to **Reviewed**."
    )
    settled(at)
    assert at.unticks("pm.ai", Verb.ACCEPT).data["how"] == "taken back"
    settled(at)


def test_undone_days_later_but_before_the_meeting_is_over_the_card_goes_back() -> None:
    at = table()
    at.ticks("pm.ai", Verb.ACCEPT)
    at.card.hears()
    at.card.later(days=2)
    assert at.unticks("lead.ai", Verb.ACCEPT).data["why"] == "another's"
    assert at.unticks("pm.ai", Verb.ACCEPT).data["how"] == "taken back"
    assert at.card.status == "reviewed"
    settled(at)


def test_undone_after_the_meeting_the_card_stays() -> None:
    at = table()
    at.ticks("pm.ai", Verb.ACCEPT)
    at.card.hears()
    assert at.says(at.unticks("pm.ai", Verb.ACCEPT, MEETING + timedelta(hours=1))) == snapshot(
        "- `@pm.ai` unticked **Accept** for sme/customer-feedback#12+. The card stays in **Accepted by PMs**: it had been moved, and people may count on that. To change it, move the card, and say why."
    )
    assert at.card.status == "accepted"


def test_undone_before_anything_was_missing_no_more() -> None:
    at = bare()
    at.ticks("pm.ai", Verb.DECLINE, "not-aligned")
    at.card.hears()
    undone = at.unticks("pm.ai", Verb.DECLINE)
    assert at.says(undone) == snapshot(
        "- `@pm.ai` unticked **Decline** for sme/customer-feedback#12+. Taken back before anything moved: it stays in **Reviewed**."
    )
    assert at.card.hears() == snapshot(
        """\
For **PM/SME review: AI**, Wed 18 Mar: what was written in the agenda sme/customer-feedback#388+ was taken back with its tick, and counts here no more.

---

~~I had kept a move of this card.~~ `pm.ai` let go of it, so the card stays in **Reviewed**.\
"""
    )
    assert not {"hold::open", "declined::not-aligned"} & at.card.issue.labels
    settled(at)


def test_undone_before_we_looked() -> None:
    at = table()
    assert at.says(at.unticks("pm.ai", Verb.ACCEPT)) == snapshot(
        "- `@pm.ai` unticked **Accept** for sme/customer-feedback#12+. Taken back before anything came of it."
    )
    assert (at.card.status, at.calls) == ("reviewed", ["read"] * 3)


def test_unticked_by_another() -> None:
    at = table()
    at.ticks("pm.ai", Verb.ACCEPT)
    at.card.hears()
    other = at.unticks("sme.ken", Verb.ACCEPT)
    assert (at.card.status, other.box) == ("accepted", "x")
    assert at.says(other) == snapshot(
        "- `@sme.ken` unticked **Accept** for sme/customer-feedback#12+. Not done: `pm.ai` had ticked it, so I set it again. To change it, `pm.ai` takes the tick out, or whoever may decide moves the card."
    )


def test_a_stale_item() -> None:
    at = table()
    at.card.now = datetime(2026, 3, 12, 9, tzinfo=UTC)
    at.card.move("pm.ai", "backlog")
    at.card.label("pm.ai", "backlog::capacity")
    at.card.comment("pm.ai", "Revisit: 2026-06-30")
    at.card.settle()
    at.card.hears()
    outcome = at.ticks("program.lead", Verb.ACCEPT, "reason: the two customers cannot wait")
    assert (at.card.status, outcome.box) == ("backlog", " ")
    assert at.says(outcome) == snapshot(
        "- `@program.lead` ticked **Accept** for sme/customer-feedback#12+. Not done: it was decided otherwise meanwhile, and is in **Backlog**, by `pm.ai`. Nothing was changed; who thinks otherwise can move the card."
    )


def test_a_card_that_was_dragged_after_the_tick_stays_there() -> None:
    at = table()
    ticked = at.decision("pm.ai", Verb.ACCEPT)
    at.card.move("pm.ai", "declined")
    at.card.label("pm.ai", "declined::not-aligned")
    assert at.heeds(ticked).kind is Became.STALE
    assert at.card.status == "declined"


def test_nobody_knows_who_ticked() -> None:
    at = table()
    ticked = at.decision("pm.ai", Verb.ACCEPT)
    outcome = at.heeds(Decision(ticked.ask, None, ticked.at, True, "", ticked.agenda, ticked.meeting))
    assert (outcome.box, at.calls) == (" ", [])
    assert at.says(outcome) == snapshot(
        "- **Accept** for sme/customer-feedback#12+. The box changed, and GitLab does not say by whom. I put it back; please tick it once more."
    )


def test_closed_paused_and_confidential() -> None:
    at = table()
    at.card.label("pm.ai", "sounding-board::paused")
    paused = at.ticks("pm.ai", Verb.ACCEPT)
    at.card.label("pm.ai", remove=["sounding-board::paused"])
    at.card.close("pm.ai")
    closed = at.ticks("pm.ai", Verb.ACCEPT)
    assert at.says(paused, closed) == snapshot("""\
- `@pm.ai` ticked **Accept** for sme/customer-feedback#12+. Not done: ~"sounding-board::paused" tells me to leave this request alone. I took the tick out again; take the label off, and tick once more.
- `@pm.ai` ticked **Accept** for sme/customer-feedback#12+. Not done: the request was closed meanwhile. Reopen it, and tick once more.\
""")
    assert at.card.status == "reviewed"


def test_the_process_dies_between_note_and_labels() -> None:
    for writes in (0, 1, 2):
        at = bare()
        ticked = at.decision("pm.ai", Verb.DECLINE, f"not-aligned, sentence: {SAFE}")
        at.breaks_after = writes
        with pytest.raises(KilledError):
            at.heeds(ticked)
        at.breaks_after = None
        assert at.heeds(ticked).kind is Became.DONE
        assert at.card.status == "declined"
        assert len(at.card.bots_notes) == len({note.body for note in at.card.bots_notes})
        at.card.hears()
        settled(at)


def test_when_it_died_the_rules_finish_it_too() -> None:
    at = table()
    at.breaks_after = 1
    with pytest.raises(KilledError):
        at.ticks("pm.ai", Verb.ACCEPT)
    at.breaks_after = None
    settled(at)
    assert at.card.look_again_at() == at.card.now + timedelta(minutes=1)
    at.card.later(minutes=1)
    at.card.settle()
    assert at.card.status == "accepted"
    at.card.hears()


def test_in_the_meeting_an_incomplete_move_stands_and_is_on_the_checklist() -> None:
    at = bare()
    ticked = at.decision("pm.ai", Verb.DECLINE, "not-aligned", MEETING)
    held = at.heeds(ticked)
    assert at.card.status == "declined"
    assert at.says(held) == snapshot(
        "- `@pm.ai` ticked **Decline** for sme/customer-feedback#12+. Done: it is in **Declined** now. Still missing: **Customer-safe explanation**; please add it by the end of Fri 20 Mar."
    )
    at.card.hears()
    settled(at)
    assert [(o.status, o.mover, o.missing) for o in at.decisions().owed([at.card.issue.ref], at.card.now)] == snapshot(
        [("Declined", "pm.ai", ("Customer-safe explanation",))]
    )
    at.card.now = datetime(2026, 3, 20, 12, tzinfo=UTC)
    settled(at)
    at.card.now = datetime(2026, 3, 23, 12, tzinfo=UTC)
    at.card.settle()
    assert at.card.hears() == snapshot("""\
@sa.jane, a request in **Declined** needs something that is not here yet (@sme.dana can help):

- [ ] **Customer-safe explanation**: It is the one sentence that solutions architects may pass on. For example `Customer-safe explanation: GitLab does not plan to support this protocol`

Anybody can answer: in a comment here (one `name: value` line each), in the description, or with a label. I tick off what arrives, and ask only once.\
""")
    assert at.card.status == "declined"
    assert at.says(at.heeds(ticked)) == snapshot(
        "- `@pm.ai` ticked **Decline** for sme/customer-feedback#12+. Done: it is in **Declined** now. Still missing there: Customer-safe explanation; I ask for it on the request."
    )


def test_a_drag_in_the_meeting_stands_too_and_later_the_rules_ask() -> None:
    at = bare()
    at.card.move("pm.ai", "declined", MEETING)
    settled(at)
    assert at.card.status == "declined"
    assert at.card.look_again_at() == datetime(2026, 3, 21, 7, tzinfo=UTC)
    at.card.now = datetime(2026, 3, 21, 8, tzinfo=UTC)
    at.card.settle()
    assert at.card.status == "reviewed"
    assert at.card.hears() == snapshot("""\
Almost there, @pm.ai: I keep your move to **Declined**. The card is back in **Reviewed**, because something is not here yet.

Please add:

- [ ] **Reason to decline**: The customer deserves an honest answer. Pick a label: ~"declined::duplicate" · ~"declined::already-possible" · ~"declined::not-aligned" · ~"declined::not-feasible" · ~"declined::insufficient-demand" · ~"declined::superseded" · ~"declined::withdrawn" · ~"declined::wrong-product"
- [ ] **Customer-safe explanation**: It is the one sentence that solutions architects may pass on. For example `Customer-safe explanation: GitLab does not plan to support this protocol`

Anybody can answer: in a comment here, in the description, or with a label. As soon as it is all here, I finish the move; nobody needs to drag the card again. I wait until Wed 25 Mar, 19:10 UTC.

Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.\
""")


def test_in_the_meeting_an_incomplete_move_hides_no_move_of_the_wrong_person_behind_it() -> None:
    at = table("new")
    at.card.move("program.lead", "accepted", MEETING)
    assert at.card.settle() == []
    at.card.move("lead.ai", "reviewed", MEETING + timedelta(minutes=1))
    at.card.settle()
    assert at.card.status == "accepted"
    assert at.card.hears().startswith("@lead.ai, I put this card back in **Accepted by PMs**: the step to **Reviewed**")


def test_after_the_meeting_each_request_has_one_note() -> None:
    at = bare()
    at.card.label("lead.ai", "pm-review::next")
    at.ticks("pm.ai", Verb.DECLINE, f"not-aligned, sentence for customers: {SAFE}", MEETING)
    at.card.hears()
    at.card.now = MEETING + timedelta(hours=1)
    ref, before = at.card.issue.ref, len(at.card.bots_notes)
    assert at.decisions().close_out(at.meeting, ticked_on(at), [ref], at.card.now) == 1
    assert at.card.hears() == snapshot("""\
**PM/SME review: AI**, Wed 18 Mar (sme/customer-feedback#388+): `pm.ai` decided, and this request is in **Declined** now.

What customers may hear: `GitLab does not plan to build this protocol.`

Written in the agenda:

- Reason: `not-aligned` (from `pm.ai`)\
""")
    assert len(at.card.bots_notes) == before
    assert {"pm-review::discussed"} == {t for t in at.card.issue.labels if t.startswith("pm-review::")}
    assert at.decisions().close_out(at.meeting, ticked_on(at), [ref], at.card.now) == 0
    settled(at)


def test_after_the_meeting_a_request_without_a_decision() -> None:
    at = table()
    at.card.now = MEETING + timedelta(hours=1)
    assert at.decisions().close_out(at.meeting, ticked_on(at), [at.card.issue.ref], at.card.now) == 1
    assert at.card.hears() == snapshot(
        "**PM/SME review: AI**, Wed 18 Mar (sme/customer-feedback#388+): on the agenda, no decision noted; this request stays in **Reviewed**."
    )
    settled(at)


def test_after_a_pod_nothing_is_told_where_nothing_was_up_for_decision() -> None:
    at = table("new")
    at.kind = MeetingKind.POD
    at.card.now = at.meeting.end + timedelta(hours=1)
    assert at.decisions().close_out(at.meeting, ticked_on(at), [at.card.issue.ref], at.card.now) == 0
    assert at.card.bots_notes == []


def test_after_the_meeting_a_decision_that_waits_is_told_with_what_it_lacks() -> None:
    at = bare()
    at.ticks("pm.ai", Verb.ACCEPT, "Priya takes it, in 19.8, hopefully", MEETING - timedelta(hours=2))
    at.card.hears()
    at.card.now = MEETING + timedelta(hours=1)
    assert at.decisions().close_out(at.meeting, ticked_on(at), [at.card.issue.ref], at.card.now) == 1
    assert at.card.hears() == snapshot("""\
**PM/SME review: AI**, Wed 18 Mar (sme/customer-feedback#388+): `pm.ai` wants it in **Accepted by PMs**; still missing: **PM owner**. Until then it stays in **Reviewed**.

Written in the agenda:

- Not understood: `Priya takes it, in 19.8, hopefully` (from `pm.ai`)\
""")
    assert at.decisions().close_out(at.meeting, ticked_on(at), [at.card.issue.ref], at.card.now) == 0
    settled(at)


def test_after_the_meeting_what_was_settled_before_hears_nothing() -> None:
    at = table("declined")
    at.card.now = MEETING + timedelta(hours=1)
    assert at.decisions().close_out(at.meeting, ticked_on(at), [at.card.issue.ref], at.card.now) == 0
    assert at.card.hears() == ""


def test_after_the_meeting_a_nomination_is_told() -> None:
    at = table()
    at.card.now = MEETING
    at.card.label("lead.ai", "arr-driver::nominated")
    at.card.now = MEETING + timedelta(hours=1)
    assert at.decisions().close_out(at.meeting, ticked_on(at), [at.card.issue.ref], at.card.now) == 1
    assert at.card.hears() == snapshot(
        '**PM/SME review: AI**, Wed 18 Mar (sme/customer-feedback#388+): it has ~"arr-driver::nominated" now, and stays in **Reviewed**.'
    )


def test_words_that_nobody_understands_are_quoted_though_nothing_is_missing() -> None:
    at = table()
    done = at.ticks("pm.ai", Verb.ACCEPT, "Priya takes it, in 19.8, hopefully")
    assert (done.kind, at.card.status) == (Became.DONE, "accepted")
    assert at.says(done) == snapshot(
        "- `@pm.ai` ticked **Accept** for sme/customer-feedback#12+. Done: it is in **Accepted by PMs** now. I read no `owner` in `Priya takes it, in 19.8, hopefully`, so I only quote it on the request. Whom do you mean? Write it like `owner: @handle target: 18.9`, with the handle of somebody of the program."
    )
    assert at.card.hears() == snapshot("""\
For **PM/SME review: AI**, Wed 18 Mar, this was written in the agenda sme/customer-feedback#388+:

- Not understood: `Priya takes it, in 19.8, hopefully` (from `pm.ai`)

---

`pm.ai` decided this in the agenda sme/customer-feedback#388+: I moved the card from **Reviewed** to **Accepted by PMs**.\
""")
    settled(at)


def test_words_that_may_be_a_sum_are_quoted_nowhere_and_said_to_be_left() -> None:
    at = table()
    done = at.ticks("pm.ai", Verb.ACCEPT, "Priya, for the 2.4M EUR renewal")
    assert at.card.status == "accepted"
    assert at.says(done) == snapshot(
        "- `@pm.ai` ticked **Accept** for sme/customer-feedback#12+. Done: it is in **Accepted by PMs** now. What stands behind `owner` may be a customer's name or an amount, so I copied it nowhere; please tell it on the request."
    )
    assert "2.4M" not in at.card.hears() + str(done.to_state())


def test_the_only_product_manager_is_offered_as_the_owner() -> None:
    at = bare()
    ticked = at.decision("pm.ai", Verb.ACCEPT)
    assert at.says(at.heeds(ticked)) == snapshot(
        "- `@pm.ai` ticked **Accept** for sme/customer-feedback#12+. Not yet: it stays in **Reviewed**, because something is missing: **PM owner**. Write it behind the box, or on the request; then I do the rest. I wait until Mon 9 Mar. If it is you, `owner: me` is enough."
    )
    done = at.heeds(Decision(ticked.ask, ticked.by, ticked.at, True, "me", ticked.agenda, ticked.meeting))
    assert (done.kind, at.card.status) == (Became.DONE, "accepted")


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.OBSERVE, Mode.GUIDE])
def test_where_moves_are_not_enforced_a_tick_is_asked_in_place_before_it_moves(mode: Mode) -> None:
    at = watched(mode)
    ticked = at.decision("pm.ai", Verb.DECLINE)
    asked = at.heeds(ticked)
    assert (asked.kind, at.card.status, at.card.hears()) == (Became.ASKED, "reviewed", "")
    assert at.says(asked) == snapshot(
        "- `@pm.ai` ticked **Decline** for sme/customer-feedback#12+. Not yet: it stays in **Reviewed**, because something is missing: **Reason to decline**, **Customer-safe explanation**. Write it behind the box, or on the request; then I do the rest."
    )
    assert at.heeds(ticked) == asked
    words = f"not-aligned, sentence for customers: {SAFE}"
    done = at.heeds(Decision(ticked.ask, ticked.by, ticked.at, True, words, ticked.agenda, ticked.meeting))
    assert (done.kind, at.card.status) == (Became.DONE, "declined")


def test_what_was_asked_in_place_is_taken_back_there() -> None:
    at = watched(Mode.OBSERVE)
    at.ticks("pm.ai", Verb.DECLINE)
    assert at.unticks("pm.ai", Verb.DECLINE).data["how"] == "let go"


def test_a_drag_before_the_tick_is_put_back_and_the_newer_decision_stays() -> None:
    at = bare()
    at.card.move("sa.jane", "accepted")
    ticked = at.decision("pm.ai", Verb.DECLINE, "not-aligned")
    assert at.heeds(ticked).kind is Became.ASKED
    assert at.card.status == "reviewed"
    assert "@sa.jane, this takes the place of your move to **Accepted by PMs**" in at.card.hears()
    words = f"not-aligned, sentence for customers: {SAFE}"
    done = at.heeds(Decision(ticked.ask, ticked.by, ticked.at, True, words, ticked.agenda, ticked.meeting))
    assert (done.kind, at.card.status) == (Became.DONE, "declined")
    settled(at)


def test_a_question_about_a_card_that_was_just_dragged_where_it_may_not_go() -> None:
    at = table("new")
    at.card.move("lead.ai", "declined")
    outcome = at.ticks("pm.ai", Verb.CONTEXT, "Which identity provider does the customer use?")
    assert at.card.status == "new"
    assert at.says(outcome) == snapshot(
        "- `@pm.ai` ticked **Need more context** for sme/customer-feedback#12+. Done: the question stands on the request, and its people are asked."
    )
    back, _, told = at.card.hears().partition("\n\n---\n\n")
    assert back.startswith(
        "@lead.ai, I put this card back in **New**: the step to **Declined** is for the PM to make. @pm.ai, `lead.ai` proposes it:"
    )
    assert told == snapshot("""\
For **PM/SME review: AI**, Wed 18 Mar, this was written in the agenda sme/customer-feedback#388+, and counts here:

- What is missing: `Which identity provider does the customer use?` (from `pm.ai`)\
""")
    assert at.calls == [*["read"] * 3, *["write"] * 2, *["read"] * 3, "write"]


def test_the_product_manager_ticks_what_somebody_else_has_dragged_already() -> None:
    at = table("new")
    at.card.move("lead.ai", "accepted")
    outcome = at.ticks("pm.ai", Verb.ACCEPT)
    assert (outcome.kind, at.card.status) == (Became.DONE, "accepted")
    assert at.card.hears().endswith(
        "`pm.ai` decided this in the agenda sme/customer-feedback#388+: I moved the card from **New** to **Accepted by PMs**."
    )
    settled(at)


@pytest.mark.parametrize("verb", sorted(TARGETS))
@pytest.mark.parametrize("target", ["accepted", "backlog", "declined"])
@pytest.mark.parametrize("by", ["pm.ai", "lead.ai", "sa.jane"])
def test_a_drag_and_a_tick_after_it_end_alike_whichever_is_heard_of_first(by: str, target: str, verb: Verb) -> None:
    ends = []
    for rules_first in (True, False):
        at = bare()
        at.card.move(by, target)
        if rules_first:
            at.card.settle()
        outcome = at.ticks("pm.ai", verb, "not-aligned")
        at.card.settle()
        ends.append((at.card.status, at.says(outcome), at.card.bots_notes[-1].body.partition("<!--")[0]))
    assert ends[0] == ends[1]


def test_whoever_decided_thinks_again_and_is_asked_until_the_question_is_there() -> None:
    at = table()
    at.card.now = MEETING - timedelta(days=2)
    at.ticks("program.lead", Verb.ACCEPT, "reason: the two customers cannot wait")
    ticked = at.decision("program.lead", Verb.CONTEXT, at=MEETING - timedelta(days=1))
    asked = at.heeds(ticked)
    assert (asked.kind, at.heeds(ticked)) == (Became.ASKED, asked)
    at.card.comment("program.lead", "Missing: which identity provider they use")
    at.card.comment("program.lead", "Reason: the plan for this year has changed")
    at.card.settle()
    assert (at.heeds(ticked).kind, at.card.status) == (Became.DONE, "new")


def watched(mode: Mode) -> Table:
    """The bare request where moves are in another mode, and what is missing is only observed."""
    world = shipped().moves_in(mode).rule_in("context", Mode.OBSERVE)
    return table(description=LACKING, labels=CHOSEN, assigned=(), world=world)


def ticked_on(at: Table) -> Ref:
    """The agenda's address."""
    return at.decision("pm.ai", Verb.ACCEPT, at=at.card.now).agenda
