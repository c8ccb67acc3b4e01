"""Quick actions about the issue itself: state, title, kind, confidentiality, reactions, to-dos, following.

Messages are GitLab's (lib/gitlab/quick_actions/issuable_actions.rb;
lib/gitlab/quick_actions/issue_and_merge_request_actions.rb, sure).
"""

from app.fakegitlab import awards, subscriptions, todos
from app.fakegitlab.command_bench import Bench, action

PROMOTIONS = {"issue": ("incident",), "task": ("issue",)}
TYPES = {"issue": "issue", "task": "task", "incident": "incident", "ticket": "ticket"}


@action("close")
def _close(bench: Bench, _text: str) -> None:
    if bench.issue.state == "opened" and bench.may_update:
        bench.effects.change["state_event"] = "close"
        bench.say("Closed this issue.", state_event="close")


@action("reopen")
def _reopen(bench: Bench, _text: str) -> None:
    if bench.issue.state == "closed" and bench.may_update:
        bench.effects.change["state_event"] = "reopen"
        bench.say("Reopened this issue.", state_event="reopen")


@action("title")
def _title(bench: Bench, text: str) -> None:
    if text and bench.may_update:
        bench.effects.change["title"] = text
        bench.say(f'Changed the title to "{text}".', title=text)


@action("confidential")
def _confidential(bench: Bench, _text: str) -> None:
    if not bench.issue.confidential and (bench.may_update or not bench.persisted):
        bench.effects.change["confidential"] = True
        bench.say("Made this issue confidential.", confidential=True)


@action("lock")
def _lock(bench: Bench, _text: str) -> None:
    _set_lock(bench, locked=True)


@action("unlock")
def _unlock(bench: Bench, _text: str) -> None:
    _set_lock(bench, locked=False)


def _set_lock(bench: Bench, locked: bool) -> None:
    if bench.persisted and bool(bench.issue.discussion_locked) is not locked and bench.may_plan:
        bench.effects.change["discussion_locked"] = locked
        bench.say(f"{'Locked' if locked else 'Unlocked'} the discussion.", discussion_locked=locked)


@action("type")
def _type(bench: Bench, text: str) -> None:
    wanted = TYPES.get(text.strip().lower())
    if wanted is None:
        bench.say("Failed to convert this work item: Provided type is not supported.")
    elif wanted == bench.issue.issue_type:
        bench.say("Failed to convert this work item: Types are the same.")
    elif bench.may_update:
        bench.effects.change["issue_type"] = wanted
        bench.say("Type changed successfully.", issue_type=wanted)


@action("promote_to")
def _promote_to(bench: Bench, text: str) -> None:
    wanted = text.strip().lower()
    if wanted not in PROMOTIONS.get(bench.issue.issue_type, ()):
        bench.say("Failed to promote this work item: Provided type is not supported.")
    elif not bench.may_update:
        bench.say("Failed to promote this work item: You have insufficient permissions.")
    else:
        bench.effects.change["issue_type"] = wanted
        bench.say("Promoted successfully.", issue_type=wanted)


@action("promote_to_incident")
def _promote_to_incident(bench: Bench, _text: str) -> None:
    if bench.issue.issue_type != "incident" and bench.may_plan:
        bench.effects.change["issue_type"] = "incident"
        bench.say("Issue has been promoted to incident", issue_type="incident")


@action("react", "award")
def _react(bench: Bench, text: str) -> None:
    name = text.strip().strip(":")
    if name and bench.persisted and awards.known(name):
        bench.effects.after.append(lambda: awards.toggle(bench.state, bench.actor, bench.issue, name))
        bench.say(f"Toggled :{name}: emoji reaction.", emoji_award=name)


@action("todo")
def _todo(bench: Bench, _text: str) -> None:
    if bench.persisted and not todos.pending(bench.state, bench.actor, bench.issue):
        bench.effects.after.append(lambda: void(todos.mark(bench.state, bench.actor, bench.issue)))
        bench.say("Added a to-do item.", todo_event="add")


@action("done")
def _done(bench: Bench, _text: str) -> None:
    if todos.pending(bench.state, bench.actor, bench.issue):
        bench.effects.after.append(lambda: todos.acted(bench.state, bench.actor, bench.issue))
        bench.say("Marked to-do item as done.", todo_event="done")


@action("subscribe")
def _subscribe(bench: Bench, _text: str) -> None:
    _follow(bench, wanted=True)


@action("unsubscribe")
def _unsubscribe(bench: Bench, _text: str) -> None:
    _follow(bench, wanted=False)


def _follow(bench: Bench, wanted: bool) -> None:
    if bench.persisted and subscriptions.subscribed(bench.state, bench.actor, bench.issue) != wanted:
        bench.effects.after.append(lambda: void(subscriptions.subscribe(bench.state, bench.actor, bench.issue, wanted)))
        event = "subscribe" if wanted else "unsubscribe"
        bench.say(
            "Subscribed to notifications." if wanted else "Unsubscribed from notifications.", subscription_event=event
        )


def void(_value: object) -> None:
    """For steps whose result nobody waits for."""
