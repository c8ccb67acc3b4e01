"""What a test request tells a hook by `POST …/hooks/:id/test/:trigger`
(app/services/concerns/integrations/project_test_data.rb, sure)."""

from datetime import timedelta

from app.fakegitlab import access, payloads
from app.fakegitlab.deliveries import written
from app.fakegitlab.hooks import EVENT_NAMES
from app.fakegitlab.model import Award, Hook, Issue, Note, Project, Token, User
from app.fakegitlab.outbox import Delivery
from app.fakegitlab.payloads import Json
from app.fakegitlab.refusal import Refused
from app.fakegitlab.state import State

BUILT = tuple(EVENT_NAMES)
NEEDS = {"issues": "Ensure the project has issues.", "notes": "Ensure the project has notes."}


def prepared(state: State, actor: User, hook: Hook, trigger: str) -> Delivery:
    """A delivery with the newest fitting thing of the project (of a group: of its first project that has one).

    It is made even for a disabled hook, whose success enables it again. 422 where there is nothing to tell of.
    """
    data = _data(state, actor, hook, trigger)
    chain = state.chains.join(hook, state.now())
    if chain is None:
        raise Refused(422, {"message": "Recursive webhook blocked"})
    return written(state, hook, EVENT_NAMES[trigger], data, chain)


def _data(state: State, actor: User, hook: Hook, trigger: str) -> Json:
    base = state.base_url
    match trigger:
        case "issues_events" | "confidential_issues_events":
            return payloads.issue_event(base, actor, _issue(state, actor, hook), "open", {}, state.issues_as_work_items)
        case "note_events" | "confidential_note_events":
            return payloads.note_event(base, actor, _note(state, actor, hook), "create")
        case "emoji_events":
            thumbsup = Award(1, "thumbsup", actor, state.now())
            return payloads.emoji_event(base, actor, thumbsup, _note(state, actor, hook), "award")
        case "milestone_events":
            found = [one for place in _projects(state, hook) for one in place.milestones.values()]
            if not found:
                raise _nothing("Ensure the project has milestones.")
            return payloads.milestone_event(base, found[-1], "create")
        case _:
            return payloads.token_event(base, _token(state, actor, hook), hook.owner)


def _projects(state: State, hook: Hook) -> list[Project]:
    if isinstance(hook.owner, Project):
        return [hook.owner]
    return [one for one in state.projects.values() if hook.owner in one.group.line()]


def _issue(state: State, actor: User, hook: Hook) -> Issue:
    found = [one for place in _projects(state, hook) for one in place.issues.values() if access.sees_issue(actor, one)]
    if not found:
        raise _nothing(NEEDS["issues"])
    return max(found, key=lambda one: (one.created_at, one.id))


def _note(state: State, actor: User, hook: Hook) -> Note:
    issues = [one for place in _projects(state, hook) for one in place.issues.values() if access.sees_issue(actor, one)]
    found = [note for one in issues for note in one.notes if access.sees_note(actor, note)]
    if not found:
        raise _nothing(NEEDS["notes"])
    return max(found, key=lambda one: one.id)


def _token(state: State, actor: User, hook: Hook) -> Token:
    """One that dies in two days; its user is the place's first bot, here the caller where there is none."""
    bot = next((one for one in state.users.values() if one.bot_of is hook.owner), actor)
    now = state.now()
    return Token(1, "", bot, (), now, (now + timedelta(days=2)).date(), name="pat_for_webhook_event")


def _nothing(message: str) -> Refused:
    return Refused(422, {"message": message})
