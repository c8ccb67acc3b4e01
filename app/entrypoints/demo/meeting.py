"""The demo's last chapters: a PM review's agenda, from the hour at which it is made until the meeting begins."""

from app.entrypoints.demo.stage import Hour, Stage, StoryFailed
from app.fakegitlab.model import Issue

CARD = "Keep chat history out of shared sessions"


def review(stage: Stage) -> None:
    """Play it. Raises StoryFailed at the first promise that is not kept."""
    request = stage.card_named(CARD)
    agenda = _made(stage, request)
    box = f"accept/{request.project.full_path}#{request.iid}"
    _not_his_to_tick(stage, agenda, box)
    _decided(stage, agenda, request, box)
    _a_record(stage, agenda)


def _made(stage: Stage, request: Issue) -> Issue:
    stage.tell("\n14. Ken nominates a card for the PM review of AI.")
    stage.labels("sme.ken", request, "pm-review::next")
    stage.quiet()
    stage.tell("   Five working days before it, at six in the morning, the job `due` makes the agenda.")
    if stage.due(Hour.MADE) != 1:
        raise StoryFailed("one agenda should have been made")
    agenda = stage.card_in("program-doc::agenda")
    stage.shows(agenda, "# PM/SME review", "decision wanted", f"### 1.1 · {request.project.full_path}#{request.iid}+")
    stage.shows(agenda, "- [ ] Accept", "- [ ] Backlog", "- [ ] Decline", "- [ ] Need more context")
    return agenda


def _not_his_to_tick(stage: Stage, agenda: Issue, box: str) -> None:
    stage.tell("\n15. Omar likes it, and ticks *Accept*.")
    stage.ticks("sa.omar", agenda, box)
    stage.due(Hour.MADE)
    stage.shows(agenda, "`@sa.omar` ticked")


def _decided(stage: Stage, agenda: Issue, request: Issue, box: str) -> None:
    stage.tell("\n16. Priya, the product manager, writes who owns it and for when behind the box, and ticks it.")
    stage.ticks("pm.ai", agenda, box, "owner: pm.ai target: 18.9")
    stage.due(Hour.MADE)
    stage.waits("the card is in Accepted", lambda: "status::accepted" in stage.titles(request))
    stage.shows(agenda, "`@pm.ai` ticked")
    stage.quiet()


def _a_record(stage: Stage, agenda: Issue) -> None:
    stage.tell("\n17. The review begins.")
    stage.due(Hour.BEGINS)
    stage.shows(agenda, "the numbers are a record")
    stage.quiet()
    if stage.due(Hour.BEGINS) != 0:
        raise StoryFailed("a record should stay as it is")
    stage.tell("   from now on `due` leaves them as they are")
