"""The main job, played without a person: what the program does for SAs, SMEs and PMs, and that it keeps still."""

from app.bootstrap import utc_now
from app.entrypoints.demo.meeting import review
from app.entrypoints.demo.stage import Stage, StoryFailed
from app.fakegitlab.model import Issue

GAPS = """## Problem
People who were removed from the SAML group keep their access to GitLab for up to 24 hours.

## Use case and who is affected

## Request type
- [x] Feature
- [ ] Bug

/label ~"area::ai"
"""
LEDGER = "Customers on this request"
SPRING, SUMMER = (f"{utc_now().year + 1}-{day}" for day in ("03-31", "06-30"))
"""Days that lie ahead, whenever the story is played."""
FROM_THE_PHONE = f"""Use case: the platform team, for 900 developers
+1 customer: https://example.my.salesforce.com/0065g00000QwErT | blocker | expansion | {SPRING}"""
ONE_MORE = "+1 customer: https://example.my.salesforce.com/0018X00002AbCdE | retention | renewal | {} | self-managed"
FOR_THE_REVIEW = "Desired outcome: removed users lose access within 5 minutes"
OF_CHAT = """## Problem
Whoever asks the chat something in Japanese gets the answer in English.

## Request type
- [x] Enhancement

/label ~"area::ai"
"""


def play(stage: Stage) -> None:
    """Play it. Raises StoryFailed at the first promise that is not kept."""
    issue = _asked_once(stage)
    _one_more_customer(stage, issue)
    _no_such_way(stage)
    _put_back_and_completed(stage, issue)
    _accepted(stage, issue)
    _scored(stage, issue)
    _closed_on_the_way(stage)
    _lost_and_found(stage)
    review(stage)


def _asked_once(stage: Stage) -> Issue:
    stage.tell("\n1. Jane, a solutions architect, files a request with gaps.")
    issue = stage.files("sa.jane", "Removed SAML users keep access for a day", GAPS)
    stage.waits("the card is in New", lambda: "status::new" in stage.titles(issue))
    stage.hears(issue, "thank you for this request")
    stage.tell("\n2. She answers from her phone: one line about who is affected, one about the customer.")
    stage.says("sa.jane", issue, FROM_THE_PHONE)
    stage.hears(issue, "This request has the context it needs")
    stage.waits("the card says context::ready", lambda: "context::ready" in stage.titles(issue))
    stage.waits("her comment has its tick", lambda: stage.ticked(issue, FROM_THE_PHONE))
    stage.quiet()
    _notes(stage, issue, 2)
    return issue


def _one_more_customer(stage: Stage, issue: Issue) -> None:
    stage.tell("\n3. Omar has a customer with the same problem, and is not sure of the date.")
    stage.says("sa.omar", issue, ONE_MORE.format("Q3ish"))
    stage.hears(issue, "Not understood: `Q3ish`")
    stage.tell("\n4. He mends his comment. The ledger, for members only, counts both customers; amounts are bands.")
    stage.rewrites("sa.omar", issue, ONE_MORE.format("Q3ish"), ONE_MORE.format(SUMMER))
    stage.hears(issue, "Nothing is left here that I do not understand")
    stage.waits("both dates are there", lambda: SUMMER in stage.note(issue, LEDGER).body)
    stage.hears(issue, f"{LEDGER} · 2 accounts")


def _no_such_way(stage: Stage) -> None:
    stage.tell("\n5. On another card, Omar tries his luck: he drags it from Reviewed to Resolved.")
    issue = stage.card_in("status::reviewed")
    stage.drags("sa.omar", issue, "status::resolved")
    stage.waits("the card is back in Reviewed", lambda: _in(stage, issue, "status::reviewed"))
    stage.hears(issue, "there is no step from")


def _put_back_and_completed(stage: Stage, issue: Issue) -> None:
    stage.tell("\n6. Ken, the SME, drags it to Reviewed; the review would miss something.")
    stage.drags("sme.ken", issue, "status::reviewed")
    stage.waits("the card is back in New", lambda: _in(stage, issue, "status::new"))
    stage.hears(issue, "Almost there, @sme.ken")
    stage.tell("\n7. Jane answers, Ken picks the theme, and the move completes itself.")
    stage.says("sa.jane", issue, FOR_THE_REVIEW)
    stage.labels("sme.ken", issue, "theme::ai::chat")
    stage.hears(issue, "Done: I moved it")
    _stays(stage, issue, "status::reviewed", notes=4)


def _accepted(stage: Stage, issue: Issue) -> None:
    stage.tell("\n8. Ken drags it on to Accepted by PMs, which only the product manager may: so he proposes it.")
    stage.drags("sme.ken", issue, "status::accepted")
    stage.hears(issue, "proposes it")
    stage.tell("\n9. Priya, the product manager, takes it on, and gives the note a thumb.")
    stage.assigns("pm.ai", issue, "pm.ai")
    stage.reacts("pm.ai", issue, "proposes it", "thumbsup")
    stage.hears(issue, "agreed")
    _stays(stage, issue, "status::accepted", notes=4)


def _scored(stage: Stage, issue: Issue) -> None:
    stage.tell("\n10. At night the job `score` weighs all requests against each other.")
    if stage.score() == 0:
        raise StoryFailed("the job should have written points")
    stage.hears(issue, " points** of 100")
    stage.waits("the card has its priority", lambda: any(t.startswith("priority::") for t in stage.titles(issue)))
    stage.quiet()
    if stage.score() != 0:
        raise StoryFailed("a second score should have found nothing to do")
    stage.tell("   a second score finds nothing to do")


def _closed_on_the_way(stage: Stage) -> None:
    stage.tell("\n11. Omar drags another card to Closed; GitLab strips its status.")
    issue = stage.files("sa.omar", "Chat answers in the language of the question", OF_CHAT)
    stage.waits("the card is in New", lambda: "status::new" in stage.titles(issue))
    stage.drags("sa.omar", issue, "closed")
    stage.waits("its status is back, and it stays closed", lambda: _in(stage, issue, "status::new"))
    stage.hears(issue, "closed this request while it was in")
    stage.tell("\n12. He answers in one line: duplicate of #2.")
    stage.says("sa.omar", issue, "duplicate of #2")
    stage.waits("the card is in Declined", lambda: _in(stage, issue, "status::declined", "declined::duplicate"))
    stage.hears(issue, "Settled: ")


def _lost_and_found(stage: Stage) -> None:
    stage.tell("\n13. GitLab loses a webhook: Omar drags a card from Backlog to Resolved, and nobody hears of it.")
    issue = stage.card_in("status::backlog")
    stage.world.faults.hook_outage = True
    stage.drags("sa.omar", issue, "status::resolved")
    stage.quiet()
    stage.world.faults.hook_outage = False
    stage.tell("    The nightly sweep looks at what changed.")
    if stage.sweep() != 1 or not _in(stage, issue, "status::backlog"):
        raise StoryFailed("the sweep should have put back one card")
    stage.tell("   the card is back in Backlog")
    stage.hears(issue, "there is no step from")
    stage.quiet()
    if stage.sweep() != 0:
        raise StoryFailed("a second sweep should have found nothing to do")
    stage.tell("   a second sweep finds nothing to do")


def _in(stage: Stage, issue: Issue, *titles: str) -> bool:
    here = {title for title in stage.titles(issue) if title.startswith("status::")}
    return len(here) == 1 and set(titles) <= stage.titles(issue)


def _notes(stage: Stage, issue: Issue, count: int) -> None:
    if len(stage.ours(issue)) != count:
        raise StoryFailed(f"{count} notes of ours were expected, there are {len(stage.ours(issue))}")


def _stays(stage: Stage, issue: Issue, title: str, notes: int) -> None:
    """All events have been answered, and the card is where it was put, with no note too many."""
    stage.quiet()
    if not _in(stage, issue, title):
        raise StoryFailed(f"the card should have stayed in {title}")
    _notes(stage, issue, notes)
    stage.tell("   it stays, and nothing more is said")
