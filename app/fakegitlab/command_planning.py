"""Quick actions about labels, people, dates, milestones, weight and time.

Messages are GitLab's (lib/gitlab/quick_actions/issuable_actions.rb; lib/gitlab/quick_actions/issue_actions.rb, sure);
those of Premium's `/weight`, `/health_status` and `/reassign` (doc/user/project/quick_actions.md, guess).
"""

import re

from app.fakegitlab import labels, milestones_found
from app.fakegitlab.command_bench import Bench, action, sentence
from app.fakegitlab.command_days import day_named
from app.fakegitlab.digits import read_number
from app.fakegitlab.durations import human, seconds
from app.fakegitlab.model import Label, User

_LABEL = re.compile(r'~?"([^"]+)"|~?(\S+)')
_SPENT = re.compile(r"(.*?)\s*(\d{4}-\d{2}-\d{2})?", re.DOTALL)
HEALTH = ("on_track", "needs_attention", "at_risk")


def _labels(bench: Bench, text: str) -> list[Label]:
    """Only labels that exist: a quick action creates none."""
    found = []
    for quoted, word in _LABEL.findall(text):
        title = quoted or word
        label = labels.find(bench.issue.project, title)
        if label is None:
            label = bench.state.labels.get(read_number(title) or 0)
        if label is not None:
            found.append(label)
    return found


def _names(found: list[Label]) -> str:
    names = " ".join(f'~"{label.title}"' for label in found)
    return f"{names} label{'s' if len(found) > 1 else ''}"


@action("label", "labels")
def _label(bench: Bench, text: str) -> None:
    found = _labels(bench, text)
    if found and bench.may_plan:
        bench.add("add_labels", found)
        bench.say(f"Added {_names(found)}.", add_label_ids=[label.id for label in found])


@action("unlabel", "remove_label")
def _unlabel(bench: Bench, text: str) -> None:
    if not bench.may_plan or not bench.issue.labels:
        return
    if not text:
        bench.effects.change["labels"] = []
        bench.say("Removed all labels.", label_ids=[])
        return
    found = _labels(bench, text)
    if found:
        bench.add("remove_labels", found)
        bench.say(f"Removed {_names(found)}.", remove_label_ids=[label.id for label in found])


@action("relabel")
def _relabel(bench: Bench, text: str) -> None:
    found = _labels(bench, text)
    if found and bench.issue.labels and bench.may_plan:
        bench.add("labels", found)
        bench.say(f"Replaced all labels with {_names(found)}.", label_ids=[label.id for label in found])


@action("copy_metadata")
def _copy_metadata(bench: Bench, text: str) -> None:
    """From an issue of the same project only (lib/gitlab/quick_actions/issuable_actions.rb, sure)."""
    source = next(iter(bench.issues(text)), None)
    if not bench.may_plan:
        return
    if source is None:
        bench.say("Failed to find work item or merge request")
        return
    if source.project is bench.issue.project:
        bench.add("add_labels", source.labels)
        changes: dict[str, object] = {"add_label_ids": [label.id for label in source.labels]}
        if source.milestone:
            bench.effects.change["milestone"] = source.milestone
            changes["milestone_id"] = source.milestone.id
        bench.say(f"Copied labels and milestone from #{source.iid}.", **changes)


@action("board_move")
def _board_move(bench: Bench, text: str) -> None:
    """Works only if the project has exactly one board (CONTRACT 5, sure)."""
    target, boards = _labels(bench, text), list(bench.issue.project.boards.values())
    if len(boards) != 1 or not bench.may_plan:
        return
    columns = [one.label for one in boards[0].lists]
    if len(target) > 1:
        bench.say("Failed to move this issue because only a single label can be provided.")
    elif not target or target[0] not in columns:
        bench.say("Failed to move this issue because label was not found.")
    else:
        others = [label for label in bench.issue.labels if label in columns and label is not target[0]]
        bench.add("add_labels", target)
        bench.add("remove_labels", others)
        moved = {"remove_label_ids": [label.id for label in others], "add_label_ids": [target[0].id]}
        bench.say(f'Moved issue to ~"{target[0].title}" column in the board.', **moved)


def _people(bench: Bench, text: str) -> list[User]:
    names = [bench.actor.username if word == "me" else word.strip(",").removeprefix("@") for word in text.split()]
    return [user for user in bench.state.users.values() if user.username in names]


@action("assign")
def _assign(bench: Bench, text: str) -> None:
    """Several on Premium, the first on Free."""
    if not bench.may_plan:
        return
    people = _people(bench, text)
    if not people:
        bench.say("Failed to assign a user because no user was found.")
        return
    many = bench.state.tier == "premium"
    chosen = list(dict.fromkeys([*bench.issue.assignees, *people])) if many else people[:1]
    bench.effects.change["assignee_ids"] = [user.id for user in chosen]
    named = sentence(f"@{user.username}" for user in (people if many else people[:1]))
    bench.say(f"Assigned {named}.", assignee_ids=[user.id for user in chosen])


@action("reassign")
def _reassign(bench: Bench, text: str) -> None:
    people = _people(bench, text)
    if people and bench.may_plan and bench.state.tier == "premium":
        bench.effects.change["assignee_ids"] = [user.id for user in people]
        bench.say("Changed assignee(s).", assignee_ids=[user.id for user in people])


@action("unassign")
def _unassign(bench: Bench, text: str) -> None:
    if not bench.issue.assignees or not bench.may_plan:
        return
    named = _people(bench, text) if bench.state.tier == "premium" else []
    gone = named or bench.issue.assignees
    left = [user.id for user in bench.issue.assignees if user not in gone]
    bench.effects.change["assignee_ids"] = left
    word = "assignees" if len(gone) > 1 else "assignee"
    bench.say(f"Removed {word} {sentence(f'@{user.username}' for user in gone)}.", assignee_ids=left)


@action("due", "due_date", "in_due")
def _due(bench: Bench, text: str) -> None:
    if not bench.may_plan:
        return
    day = day_named(text, bench.state.now().date())
    if day is None:
        bench.say("Failed to set due date because the date format is invalid.")
    else:
        bench.effects.change["due_date"] = day
        bench.say(f"Set the due date to {day:%b} {day.day}, {day.year}.", due_date=day.isoformat())


@action("remove_due_date")
def _remove_due_date(bench: Bench, _text: str) -> None:
    if bench.issue.due_date and bench.may_plan:
        bench.effects.change["due_date"] = None
        bench.say("Removed the due date.", due_date=None)


@action("milestone")
def _milestone(bench: Bench, text: str) -> None:
    wanted = milestones_found.find(bench.issue.project, text.strip().removeprefix("%").strip('"'))
    if wanted and bench.may_plan:
        bench.effects.change["milestone"] = wanted
        bench.say(f'Set the milestone to %"{wanted.title}".', milestone_id=wanted.id)


@action("remove_milestone")
def _remove_milestone(bench: Bench, _text: str) -> None:
    if bench.issue.milestone and bench.may_plan:
        bench.effects.change["milestone"] = None
        bench.say(f'Removed %"{bench.issue.milestone.title}" milestone.', milestone_id=None)


@action("weight")
def _weight(bench: Bench, text: str) -> None:
    weight = read_number(text.strip())
    if weight is not None and bench.may_plan and bench.state.tier == "premium":
        bench.effects.change["weight"] = weight
        bench.say(f"Set weight to {weight}.", weight=weight)


@action("clear_weight")
def _clear_weight(bench: Bench, _text: str) -> None:
    if bench.issue.weight is not None and bench.may_plan:
        bench.effects.change["weight"] = None
        bench.say("Cleared weight.", weight=None)


@action("health_status")
def _health(bench: Bench, text: str) -> None:
    if text.strip() in HEALTH and bench.may_plan and bench.state.tier == "premium":
        bench.effects.change["health_status"] = text.strip()
        bench.say(f"Set health status to {text.strip()}.", health_status=text.strip())


@action("clear_health_status")
def _clear_health(bench: Bench, _text: str) -> None:
    if bench.issue.health_status and bench.may_plan:
        bench.effects.change["health_status"] = None
        bench.say("Cleared health status.", health_status=None)


@action("estimate", "estimate_time")
def _estimate(bench: Bench, text: str) -> None:
    wanted = seconds(text)
    if wanted is None or wanted < 0 or not bench.may_plan:
        return
    bench.effects.change["time_estimate"] = wanted
    remark = f"Set time estimate to {human(wanted)}." if wanted else "Removed time estimate."
    bench.say(remark, time_estimate=wanted)


@action("remove_estimate", "remove_time_estimate")
def _remove_estimate(bench: Bench, _text: str) -> None:
    if bench.persisted and bench.may_plan:
        bench.effects.change["time_estimate"] = 0
        bench.say("Removed time estimate.", time_estimate=0)


@action("spend", "spent", "spend_time")
def _spend(bench: Bench, text: str) -> None:
    match = _SPENT.fullmatch(text.strip())
    wanted = seconds(match[1]) if match else None
    if not wanted or not bench.may_plan or bench.issue.time_spent + wanted < 0:
        return
    bench.effects.change["time_spent"] = bench.issue.time_spent + wanted
    day = (match and match[2]) or bench.state.now().date().isoformat()
    spent = {"duration": wanted, "user_id": bench.actor.id, "spent_at": day}
    bench.say(f"{'Added' if wanted > 0 else 'Subtracted'} {human(abs(wanted))} spent time.", spend_time=spent)


@action("remove_time_spent")
def _remove_spent(bench: Bench, _text: str) -> None:
    if bench.persisted and bench.may_plan:
        bench.effects.change["time_spent"] = 0
        bench.say("Removed spent time.", spend_time={"duration": "reset", "user_id": bench.actor.id})
