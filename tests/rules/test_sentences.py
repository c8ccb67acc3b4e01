"""Every sentence that people read from the bot on a request, whole. Read them aloud before changing them."""

# ruff: noqa: E501 - a sentence is not broken where a line ends

from collections.abc import Callable
from dataclasses import replace

from inline_snapshot import snapshot

from app.domain.taxonomy import Mode
from tests.rules.cards import COMPLETE, WORDING, Card, without
from tests.rules.world import shipped

Makes = Callable[..., Card]


def said(card: Card) -> str:
    """What is said when the bot looks now."""
    card.settle()
    return card.hears()


# A move that is put back.


def test_held_for_somebody_else_to_make(complete: Makes) -> None:
    card = complete("reviewed")
    card.move("sme.ken", "accepted")
    assert said(card) == snapshot("""\
@sme.ken, I put this card back in **Reviewed**: the step to **Accepted by PMs** is for the PM to make. @pm.ai, `sme.ken` proposes it: your 👍 on this note, or `accept` in a comment, makes the move. I wait until Mon 9 Mar, 09:31 UTC.

Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.\
""")


def test_held_for_one_of_two_roles_of_which_one_is_vacant(complete: Makes) -> None:
    card = complete("accepted", labels=["area::agile"])
    card.move("mallory", "roadmap")
    assert said(card) == snapshot("""\
@mallory, I put this card back in **Accepted by PMs**: the step to **Added to Roadmap** is for the PM or the EM to make. @pm.agile, `mallory` proposes it: your 👍 on this note, or `accept` in a comment, makes the move. I wait until Mon 9 Mar, 09:31 UTC.

Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.\
""")


def test_held_for_a_step_that_is_not_there(complete: Makes) -> None:
    card = complete("new")
    card.move("pm.ai", "resolved")
    assert said(card) == snapshot("""\
@pm.ai, I put this card back in **New**: there is no step from **New** to **Resolved**.

From **New** a card can go to:
- **Reviewed** (an SME of the area, the area lead or the PM)
- **Accepted by PMs** (the PM)
- **Declined** (the PM)
- **Backlog** (the PM)\
""")


def test_held_for_what_is_missing(complete: Makes) -> None:
    card = complete("new", description=without("Desired outcome").replace("self-managed", "their own cloud"))
    card.label("sme.ken", remove=["theme::ai::chat"])
    card.move("sme.ken", "reviewed")
    assert said(card) == snapshot("""\
Almost there, @sme.ken: I keep your move to **Reviewed**. The card is back in **New**, because something is not here yet.

Please add:

- [ ] **Theme**: Product managers read requests theme by theme. Pick a label: ~"theme::ai::chat" · ~"theme::ai::code-suggestions" · ~"theme::ai::vulnerability"
- [ ] **Deployment**: What can be done, and when, differs between them. I could not read what was told. For example `Deployment: self-managed`
- [ ] **Desired outcome**: It tells everybody when the problem is solved. For example `Desired outcome: removed users lose access within 5 minutes`

Anybody can answer: in a comment here, in the description, or with a label. As soon as it is all here, I finish the move; nobody needs to drag the card again. I wait until Mon 9 Mar, 09:32 UTC.

Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.\
""")


def test_held_for_somebody_else_and_for_what_is_missing(complete: Makes) -> None:
    card = complete("reviewed", assigned=[])
    card.move("sme.ken", "accepted")
    assert said(card) == snapshot("""\
@sme.ken, I put this card back in **Reviewed**: the step to **Accepted by PMs** is for the PM to make. @pm.ai, `sme.ken` proposes it: your 👍 on this note, or `accept` in a comment, makes the move. I wait until Mon 9 Mar, 09:31 UTC.

**Accepted by PMs** also needs:

- [ ] **PM owner**: Somebody in product has to carry it further. For example, assign the product manager of the area.

Anybody can do that.

Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.\
""")


def test_held_and_now_everything_is_there(complete: Makes) -> None:
    card = complete("reviewed", assigned=[])
    card.move("pm.ai", "accepted")
    card.settle()
    card.hears()
    card.assign("pm.ai")
    assert said(card) == snapshot(
        """\
Done: I moved it from **Reviewed** to **Accepted by PMs** for `pm.ai`.

- [x] ~~PM owner~~\
"""
    )


def test_held_where_gitlab_forgot_the_mover(complete: Makes) -> None:
    card = complete("reviewed")
    card.move("gone", "accepted")
    card.events = [replace(e, user=None) if e.user == card.people["gone"] else e for e in card.events]
    assert said(card) == snapshot("""\
I put this card back in **Reviewed**: the step to **Accepted by PMs** is for the PM to make. @pm.ai, it is proposed: your 👍 on this note, or `accept` in a comment, makes the move. I wait until Mon 9 Mar, 09:31 UTC.

Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.\
""")


def test_held_for_a_reason(complete: Makes) -> None:
    card = complete("declined")
    card.move("sme.ken", "reviewed")
    assert said(card) == snapshot("""\
Almost there, @sme.ken: I keep your move to **Reviewed**. The card is back in **Declined**, because something is not here yet.

Please add:

- [ ] **New evidence**: A decision is looked at again when something new is known. For example `New evidence: a second customer needs it by 2026-03-31`
- [ ] **What changed**: One sentence saves everybody from repeating the last discussion. For example `What changed: the workaround no longer works since 18.7`

Anybody can answer in a comment here. As soon as it is all here, I finish the move; nobody needs to drag the card again. I wait until Mon 9 Mar, 09:31 UTC.

Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.\
""")


def test_held_for_a_reason_and_more(complete: Makes) -> None:
    card = complete("roadmap", description=without("Revisit"))
    card.move("pm.ai", "backlog")
    assert said(card) == snapshot("""\
Almost there, @pm.ai: I keep your move to **Backlog**. The card is back in **Added to Roadmap**, because something is not here yet.

Please add:

- [ ] **Revisit date**: Feedback in the backlog is looked at again, never forgotten. For example `Revisit: 2026-06-30`
- [ ] **Reason**: A step back takes back something that people count on. Please tell it in a comment. For example `Reason: the target release was moved and has no new date`

Anybody can answer: in a comment here, in the description, or with a label. As soon as it is all here, I finish the move; nobody needs to drag the card again. I wait until Mon 9 Mar, 09:31 UTC.

Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.\
""")


# A move that is only spoken of.


def test_guided_for_somebody_else_to_make(complete: Makes) -> None:
    card = complete("reviewed", shipped().moves_in(Mode.GUIDE))
    card.move("sme.ken", "accepted")
    assert said(card) == snapshot("""\
@sme.ken, a note on the move to **Accepted by PMs**: the step to **Accepted by PMs** is for the PM to make (here `pm.ai`). I left the card where it is; please let them know in a comment.

From **Reviewed** a card can go to:
- **New** (an SME of the area, the area lead, the PM or the program lead)
- **Accepted by PMs** (the PM)
- **Declined** (the PM)
- **Backlog** (the PM)\
""")


def test_guided_for_what_is_missing(complete: Makes) -> None:
    card = complete("reviewed", shipped().moves_in(Mode.GUIDE), assigned=[])
    card.move("pm.ai", "accepted")
    assert said(card) == snapshot("""\
@pm.ai, a note on the move to **Accepted by PMs**: **Accepted by PMs** needs something that is not here yet. I left the card where it is.

Please add:

- [ ] **PM owner**: Somebody in product has to carry it further. For example, assign the product manager of the area.

Anybody can do that.\
""")


def test_guided_for_a_step_that_is_not_there(complete: Makes) -> None:
    card = complete("new", shipped().moves_in(Mode.GUIDE))
    card.move("pm.ai", "resolved")
    assert said(card) == snapshot("""\
@pm.ai, a note on the move to **Resolved**: there is no step from **New** to **Resolved**. I left the card where it is.

From **New** a card can go to:
- **Reviewed** (an SME of the area, the area lead or the PM)
- **Accepted by PMs** (the PM)
- **Declined** (the PM)
- **Backlog** (the PM)\
""")


def test_guided_where_nobody_holds_the_role(complete: Makes) -> None:
    card = complete("roadmap", shipped().moves_in(Mode.GUIDE), labels=["area::unheard-of"])
    card.move("mallory", "accepted")
    assert said(card).partition("\n\n")[0] == snapshot(
        "@mallory, a note on the move to **Accepted by PMs**: the step to **Accepted by PMs** is for the PM or the EM to make. I left the card where it is."
    )


def test_guided_where_gitlab_forgot_the_mover(complete: Makes) -> None:
    card = complete("new", shipped().moves_in(Mode.GUIDE))
    card.move("gone", "resolved")
    card.events = [replace(e, user=None) if e.user == card.people["gone"] else e for e in card.events]
    assert said(card).partition("\n\n")[0] == snapshot(
        "A note on the move to **Resolved**: there is no step from **New** to **Resolved**. I left the card where it is."
    )


def test_left_where_nobody_can_decide(complete: Makes) -> None:
    card = complete("new")
    for _ in range(3):
        card.move("mallory", "resolved")
        card.settle()
    assert card.hears().rpartition("\n\n")[2] == snapshot("Please agree on it here; I will keep out of it.")


def test_left_to_people(complete: Makes) -> None:
    card = complete("reviewed", assigned=[])
    for mover in ("sme.ken", "sme.dana"):
        card.move(mover, "accepted")
        card.settle()
        card.hears()
    card.move("sme.ken", "accepted")
    assert said(card) == snapshot("""\
@sme.ken, I have put this card back more than once in a short time, so now I leave it in **Accepted by PMs**, and the decision to you. What I still see: the step to **Accepted by PMs** is for the PM to make (here `pm.ai`).

Still missing:

- [ ] **PM owner**: Somebody in product has to carry it further. For example, assign the product manager of the area.

Please agree on it here (`pm.ai` can decide); I will keep out of it.\
""")


# The end of it.


def test_settled_by_a_move(complete: Makes) -> None:
    card = complete("reviewed")
    card.move("sme.ken", "accepted")
    card.settle()
    card.hears()
    card.move("pm.ai", "accepted")
    assert said(card) == snapshot(
        "~~There was a question about a move of this card.~~ Settled: `pm.ai` moved it from **Reviewed** to **Accepted by PMs**."
    )


def test_settled_because_the_card_moved_on(complete: Makes) -> None:
    card = complete("reviewed", shipped().moves_in(Mode.GUIDE))
    card.move("sme.ken", "accepted")
    card.settle()
    card.hears()
    card.move("sme.ken", "reviewed")
    assert said(card) == snapshot("~~There was a question about a move of this card.~~ Settled: the card has moved on.")


# Context.


def test_asked_for_all_that_is_missing(card: Makes) -> None:
    bare = card()
    bare.later(minutes=3)
    assert said(bare) == snapshot("""\
@sa.jane, thank you for this request. Before product managers can work with it, this is missing (@sme.dana can help):

- [ ] **Problem**: Product managers decide on the problem, before any solution. For example `Problem: people removed from the SAML group keep their access to GitLab for 24 hours`
- [ ] **Use case and who is affected**: It shows how many people meet the problem, and in which work. For example `Use case: the platform team, for 900 developers`
- [ ] **Request type**: Features, enhancements and bugs go to different people. Pick a label: ~"type::feature" · ~"type::enhancement" · ~"type::bug"
- [ ] **Customer**: A request is as strong as the customers behind it. For example `Account or opportunity: https://example.my.salesforce.com/0065g00000QwErT`

Good to have now, needed before the review:

- [ ] **Severity**: It says what the customer does without it. Pick a label: ~"severity::blocker" · ~"severity::retention" · ~"severity::fast-follow" · ~"severity::nice"
- [ ] **Needed by**: A renewal or a closing date sets the pace. For example `Needed by: 2026-03-31`

Anybody can answer: in a comment here (one `name: value` line each), in the description, or with a label. I tick off what arrives, and ask only once.\
""")


def test_asked_with_an_answer_that_could_not_be_read(card: Makes) -> None:
    bare = card(labels=[], description=COMPLETE.replace("0065g00000QwErT", "").replace("https://example", "example"))
    bare.later(minutes=3)
    assert said(bare) == snapshot("""\
@sa.jane, thank you for this request. Before product managers can work with it, this is missing:

- [ ] **Area**: It decides which pod and which product manager look at the request. Pick a label: ~"area::ai" · ~"area::app-security" · ~"area::agile" · ~"area::dedicated"
- [ ] **Customer**: A request is as strong as the customers behind it. For example `Account or opportunity: https://example.my.salesforce.com/0065g00000QwErT`

Anybody can answer: in a comment here (one `name: value` line each), in the description, or with a label. I tick off what arrives, and ask only once.\
""")


def test_asked_and_partly_answered(card: Makes) -> None:
    bare = card(description=without("Problem").replace("Feature", "Something"))
    bare.later(minutes=3)
    bare.settle()
    bare.hears()
    bare.label("sa.jane", "type::feature")
    assert said(bare) == snapshot("""\
@sa.jane, thank you for this request. Before product managers can work with it, this is missing (@sme.dana can help):

- [ ] **Problem**: Product managers decide on the problem, before any solution. For example `Problem: people removed from the SAML group keep their access to GitLab for 24 hours`

- [x] ~~Request type~~

Anybody can answer: in a comment here (one `name: value` line each), in the description, or with a label. I tick off what arrives, and ask only once.\
""")


def test_asked_and_answered(card: Makes) -> None:
    bare = card(description=without("Problem"))
    bare.later(minutes=3)
    bare.settle()
    bare.hears()
    bare.edit(COMPLETE)
    assert said(bare) == snapshot("""\
Thank you! This request has the context it needs for now.

- [x] ~~Problem~~\
""")


def test_asked_later_for_a_gap_that_appeared(complete: Makes) -> None:
    card = complete("accepted")
    card.later(days=10)
    card.assign()
    assert said(card) == snapshot("""\
@sa.jane, a request in **Accepted by PMs** needs something that is not here yet (@sme.dana can help):

- [ ] **PM owner**: Somebody in product has to carry it further. For example, assign the product manager of the area.

Anybody can answer: in a comment here (one `name: value` line each), in the description, or with a label. I tick off what arrives, and ask only once.\
""")


def test_asked_again_where_something_was_taken_away(card: Makes) -> None:
    bare = card(description=without("Severity"), labels=[])
    bare.later(minutes=3)
    bare.settle()
    bare.hears()
    bare.edit(without("Problem"))
    assert said(bare) == snapshot("""\
@sa.jane, thank you for this request. Before product managers can work with it, this is missing:

- [ ] **Problem**: Product managers decide on the problem, before any solution. For example `Problem: people removed from the SAML group keep their access to GitLab for 24 hours`
- [ ] **Area**: It decides which pod and which product manager look at the request. Pick a label: ~"area::ai" · ~"area::app-security" · ~"area::agile" · ~"area::dedicated"

- [x] ~~Severity~~

Anybody can answer: in a comment here (one `name: value` line each), in the description, or with a label. I tick off what arrives, and ask only once.\
""")


# Open and closed.


def closed(complete: Makes) -> Card:
    """Closed on its way, and asked about."""
    card = complete("reviewed", labels=["area::ai", "theme::ai::chat"])
    card.close("sme.ken")
    card.settle()
    return card


def test_closed_on_its_way(complete: Makes) -> None:
    assert closed(complete).hears() == snapshot("""\
@sme.ken, you closed this request while it was in **Reviewed**. Customers may ask what became of it. I left it closed. Please answer here with one of:

- `resolved`
- `declined: <reason>`, where the reason is one of `duplicate`, `already-possible`, `not-aligned`, `not-feasible`, `insufficient-demand`, `superseded`, `withdrawn` or `wrong-product`
- `duplicate of #<number>`

Closed by mistake? Reopen it, and it goes on in **Reviewed**.\
""")


def test_closed_by_somebody_gitlab_forgot(complete: Makes) -> None:
    card = complete("reviewed")
    card.close("gone")
    card.issue = replace(card.issue, closed_by=None)
    assert said(card) == snapshot("""\
Somebody closed this request while it was in **Reviewed**. Customers may ask what became of it. I left it closed. Please answer here with one of:

- `resolved`
- `declined: <reason>`, where the reason is one of `duplicate`, `already-possible`, `not-aligned`, `not-feasible`, `insufficient-demand`, `superseded`, `withdrawn` or `wrong-product`
- `duplicate of #<number>`

Closed by mistake? Reopen it, and it goes on in **Reviewed**.\
""")


def test_closed_and_the_reason_not_understood(complete: Makes) -> None:
    card = closed(complete)
    card.hears()
    card.comment("sme.ken", "declined: they were rude")
    assert said(card) == snapshot("""\
@sme.ken, you closed this request while it was in **Reviewed**. Customers may ask what became of it. I left it closed.

I could not read `they were rude` as a reason. Please answer here with one of:

- `resolved`
- `declined: <reason>`, where the reason is one of `duplicate`, `already-possible`, `not-aligned`, `not-feasible`, `insufficient-demand`, `superseded`, `withdrawn` or `wrong-product`
- `duplicate of #<number>`

Closed by mistake? Reopen it, and it goes on in **Reviewed**.\
""")


def test_closed_and_the_reason_not_told(complete: Makes) -> None:
    card = closed(complete)
    card.hears()
    card.comment("sme.ken", "declined")
    assert said(card) == snapshot("""\
@sme.ken, you closed this request while it was in **Reviewed**. Customers may ask what became of it. I left it closed.

To decline it, the reason has to be told too. Please answer here with one of:

- `resolved`
- `declined: <reason>`, where the reason is one of `duplicate`, `already-possible`, `not-aligned`, `not-feasible`, `insufficient-demand`, `superseded`, `withdrawn` or `wrong-product`
- `duplicate of #<number>`

Closed by mistake? Reopen it, and it goes on in **Reviewed**.\
""")


def test_closed_and_answered(complete: Makes) -> None:
    card = closed(complete)
    card.hears()
    card.comment("sme.ken", "resolved")
    assert said(card) == snapshot(
        "~~This request was closed on its way.~~ Settled: `sme.ken` answered, so it is in **Resolved**."
    )


def test_closed_and_answered_by_label(complete: Makes) -> None:
    card = closed(complete)
    card.hears()
    card.label("sme.ken", "status::declined")
    assert said(card) == snapshot("~~This request was closed on its way.~~ Settled: it is in **Declined**.")


def test_closed_and_opened_again(complete: Makes) -> None:
    card = closed(complete)
    card.hears()
    card.reopen("sme.ken")
    assert said(card) == snapshot("~~This request was closed on its way.~~ Settled: it is open again, in **Reviewed**.")


# To the operator.


def test_many_moves_at_once() -> None:
    items = ["sme/customer-feedback#12", "sme/customer-feedback#13"]
    assert WORDING.note("burst", {"person": "sa.omar", "items": items, "more": 0}, None) == snapshot("""\
@sa.omar, you moved many cards at once. These could not stay where you put them, and I put them back without a note on each:

- `sme/customer-feedback#12`
- `sme/customer-feedback#13`

To see what one of them needs, move it again by itself, and I will say so there.\
""")


def test_more_to_say_than_one_run_may() -> None:
    assert WORDING.note("unsaid", {"items": ["sme/customer-feedback#12"], "more": 4}, None) == snapshot("""\
One run may post 30 notes, and there was more to say. These requests wait for the next run:

- `sme/customer-feedback#12`
- and 4 more\
""")


def test_all_of_it_said() -> None:
    assert WORDING.note("unsaid_settled", {}, None) == snapshot(
        "~~There was more to say than one run may post.~~ Settled: nothing waits any more."
    )


TOKEN = {
    "name": "bot",
    "where": "sme/customer-feedback",
    "day": "2026-03-01",
    "warned": 7,
    "over": False,
    "page": "https://gitlab.example.com/sme/customer-feedback/-/settings/access_tokens",
}


def test_a_token_that_runs_out() -> None:
    assert WORDING.note("token_expires", TOKEN, None) == snapshot("""\
The access token `bot` of `sme/customer-feedback` runs out on **2026-03-01**; 7 days or less are left. Rotate it, and do not make a new one: a new token is a new user, who cannot edit the notes of the old one.

1. On [the page of access tokens](https://gitlab.example.com/sme/customer-feedback/-/settings/access_tokens) choose **Rotate**. The old value stops working at once.
2. Put the new value where the old one was, in the service's settings and in the CI/CD variables, and start the service again. It has taken in what happened meanwhile and catches up.
3. `sounding-board check --online` says whose token it has and until when.\
""")


def test_a_token_of_which_little_is_known() -> None:
    little = {**TOKEN, "name": "", "day": None, "warned": None}
    assert WORDING.note("token_expires", little, None).splitlines()[0] == snapshot(
        "The access token of `sme/customer-feedback` runs out soon. Rotate it, and do not make a new one: a new token is a new user, who cannot edit the notes of the old one."
    )


def test_a_token_that_ran_out() -> None:
    assert WORDING.note("token_expires", {**TOKEN, "over": True}, None) == snapshot(
        "The access token `bot` of `sme/customer-feedback` ran out on 2026-03-01. If it was rotated in time, all goes on; if not, what used it has stopped."
    )
