"""Quick actions about other issues and other projects: links, duplicates, moves, clones.

Messages are GitLab's (lib/gitlab/quick_actions/relate_actions.rb; lib/gitlab/quick_actions/issue_actions.rb, sure);
those of Premium's `/blocks` and `/blocked_by` (memory, guess).
"""

from contextlib import suppress

from app.fakegitlab import access, links, relocation, system_notes
from app.fakegitlab.command_bench import Bench, action, sentence
from app.fakegitlab.model import Issue, IssueLink, Project
from app.fakegitlab.payloads import issue_url
from app.fakegitlab.refusal import Refused


@action("relate", "link")
def _relate(bench: Bench, text: str) -> None:
    _link(bench, text, "relates_to", "related to")


@action("blocks")
def _blocks(bench: Bench, text: str) -> None:
    if bench.state.tier == "premium":
        _link(bench, text, "blocks", "blocked by")


@action("blocked_by")
def _blocked_by(bench: Bench, text: str) -> None:
    if bench.state.tier == "premium":
        _link(bench, text, "is_blocked_by", "blocking")


def _link(bench: Bench, text: str, kind: str, words: str) -> None:
    """The remark comes whether or not the links can be made (lib/gitlab/quick_actions/relate_actions.rb, sure)."""
    if not bench.may_plan or not text:
        return
    for other in bench.issues(text):
        bench.effects.after.append(lambda other=other: _make(bench, other, kind))  # type: ignore[misc]
    bench.say(f"Added {sentence(text.split())} as a linked item {words} this {bench.issue.issue_type}.")


def _make(bench: Bench, other: Issue, kind: str) -> None:
    with suppress(Refused):
        links.create(bench.state, bench.actor, bench.issue, other, kind)


@action("unlink")
def _unlink(bench: Bench, text: str) -> None:
    other = next(iter(bench.issues(text)), None)
    if not bench.may_plan or other is None:
        return
    found = [link for link, one, _ in links.linked(bench.state, bench.issue) if one is other]
    if found:
        bench.effects.after.append(lambda: _drop(bench, found[0]))
        bench.say(f"Removed linked item {system_notes.reference(other, bench.issue.project)}.")
    else:
        bench.say("No linked issue matches the provided parameter.")


def _drop(bench: Bench, link: IssueLink) -> None:
    if link.id in bench.state.links:
        links.delete(bench.state, bench.actor, link)


@action("duplicate")
def _duplicate(bench: Bench, text: str) -> None:
    other = next(iter(bench.issues(text)), None)
    if not bench.persisted or not bench.may_plan:
        return
    if other is None:
        bench.say("Failed to mark this Issue as a duplicate because referenced item was not found.")
    elif other is bench.issue:
        bench.say("Failed to mark the Issue as duplicate of itself.")
    else:
        bench.effects.change["state_event"] = "close"
        bench.effects.after.append(lambda: _mark_duplicate(bench, other))
        where = issue_url(bench.state.base_url, other)
        remark = f"Closed this Issue. Marked as related to, and a duplicate of, {where}."
        bench.say(remark, canonical_issue_id=other.id)


def _mark_duplicate(bench: Bench, other: Issue) -> None:
    """Closed, linked, and told on both sides (Issues::DuplicateService)."""
    issue, state, actor = bench.issue, bench.state, bench.actor
    issue.duplicated_to = other
    state.touched(issue)
    ours, theirs = (system_notes.reference(one, place.project) for one, place in ((other, issue), (issue, other)))
    system_notes.add(state, actor, issue, f"marked this issue as a duplicate of {ours}")
    system_notes.add(state, actor, other, f"marked {theirs} as a duplicate of this issue")
    _make(bench, other, "relates_to")


@action("move")
def _move(bench: Bench, text: str) -> None:
    if not bench.persisted or not bench.may_plan:
        return
    target = bench.project(text.strip())
    if target is None:
        bench.say("Unable to move. Target project or group doesn't exist or doesn't support this item type.")
    elif not access.may_set_metadata(bench.actor, target):
        bench.say("Unable to move. Insufficient permissions.")
    else:
        bench.effects.after.append(lambda: _carry(bench, target))
        bench.say(f"Moved this item to {text.strip()}.")


def _carry(bench: Bench, target: Project) -> None:
    with suppress(Refused):
        relocation.move(bench.state, bench.actor, bench.issue, target)


@action("clone")
def _clone(bench: Bench, text: str) -> None:
    """Into this project, or the one named; `--with_notes` takes the comments along."""
    words = text.split()
    if not bench.persisted or not bench.may_plan:
        return
    with_notes = "--with_notes" in words
    words = [word for word in words if word != "--with_notes"]
    if len(words) > 1:
        bench.say("Failed to clone this item: wrong parameters.")
        return
    target = bench.project(words[0]) if words else bench.issue.project
    if target is None:
        bench.say("Unable to clone. Target project or group doesn't exist or doesn't support this item type.")
    elif not relocation.may_carry(bench.actor, bench.issue, target):
        bench.say("Unable to clone. Insufficient permissions.")
    else:
        bench.effects.after.append(lambda: _copy(bench, target, with_notes))
        bench.say(f"Cloned this item to {words[0] if words else target.full_path}.", clone_with_notes=with_notes)


def _copy(bench: Bench, target: Project, with_notes: bool) -> None:
    relocation.clone(bench.state, bench.actor, bench.issue, target, with_notes)
