"""The CI/CD variables that the jobs need: looked at, never written, and their values never read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.provision import Act, Change, Difference, Kind, Step, Where

NEEDED = {
    "SOUNDING_BOARD_GITLAB_TOKEN": "every job speaks to GitLab with it",
    "SOUNDING_BOARD_SIGNING_KEY": "the sweep signs notes with the key of the service",
    "SOUNDING_BOARD_OPERATOR_TOKEN": "plan and apply take a Maintainer's token",
    "SOUNDING_BOARD_REVIEW_TOKEN": "merge requests show their plan with a Developer's token",
}
REVIEW = "SOUNDING_BOARD_REVIEW_TOKEN"
"""Not protected: the pipelines of merge requests run on branches that are not."""
NEEDED_FOR_HOOKS = {"SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN": "apply gives it to the webhook"}
BOOK = "SOUNDING_BOARD_ACCOUNT_BOOK"
"""A file of many lines, where there is one: GitLab cannot mask those."""
SECRETS = (BOOK, *NEEDED, *NEEDED_FOR_HOOKS, "SOUNDING_BOARD_WEBHOOK_SECRET")
"""All that have to be kept hidden where they are there."""
ANYWHERE = "*"


@dataclass(frozen=True, slots=True)
class VariableSeen:
    """A variable without its value. `place` is the project or group that has it, `scope` the environment it is for."""

    place: str
    key: str
    masked: bool
    protected: bool
    scope: str = ANYWHERE

    @property
    def name(self) -> str:
        """The setting it gives: a variable of type file has `_FILE` at the end of its name."""
        return self.key.removesuffix("_FILE")


def needed(*, hooks: bool) -> Mapping[str, str]:
    """The settings that the jobs need, and what for. `hooks` is whether they keep webhooks."""
    return NEEDED | NEEDED_FOR_HOOKS if hooks else NEEDED


def missing(seen: Sequence[VariableSeen], wanted: Iterable[str]) -> tuple[str, ...]:
    """The settings that the jobs need and nothing here gives."""
    there = {one.name for one in seen}
    return tuple(name for name in wanted if name not in there)


def compare(
    project: str,
    where: Where | None,
    seen: Sequence[VariableSeen],
    unseen_groups: Sequence[str] = (),
    *,
    hooks: bool = False,
) -> tuple[Step[None], ...]:
    """What people have to set, or set otherwise. `seen` holds the project's own first, then those of its groups;
    `unseen_groups` are groups whose variables could not be looked at.
    """
    wanted = needed(hooks=hooks)
    steps = [_absent(project, where, name, wanted[name], unseen_groups) for name in missing(seen, wanted)]
    for name in SECRETS:
        found = [one for one in seen if one.name == name]
        # The nearest counts: a project's own goes before its groups', and any environment before one.
        nearest = next((one for one in found if one.scope == ANYWHERE), found[0] if found else None)
        told = _differences(nearest) if nearest else ()
        if nearest and told:
            because = "plan and apply never write variables: change it in the CI/CD settings, where secrets are kept so"
            change = Change(Kind.VARIABLES, Act.REPORT, nearest.place, nearest.key, told, where, because)
            steps.append(Step(change, None))
    return tuple(steps)


def canonical(seen: Sequence[VariableSeen]) -> str:
    """All of ours that was compared, as one text."""
    return "\n".join(sorted(repr(one) for one in seen if one.name in SECRETS))


def _absent(project: str, where: Where | None, name: str, why: str, unseen_groups: Sequence[str]) -> Step[None]:
    kept = "not protected" if name == REVIEW else "protected"
    because = f"{why}: set it in the CI/CD settings of the project, masked, hidden and {kept}"
    if unseen_groups:
        because += f" (the variables of {', '.join(unseen_groups)} cannot be looked at with this token)"
    told = (Difference("variable", "not set", "set"),)
    return Step(Change(Kind.VARIABLES, Act.REPORT, project, name, told, where, because), None)


def _differences(one: VariableSeen) -> tuple[Difference, ...]:
    """Nothing is said of one that is not hidden: GitLab hides only new ones, and masked is enough for logs."""
    wanted = {"masked": one.name != BOOK, "protected": one.name != REVIEW}
    now = {"masked": one.masked, "protected": one.protected}
    found = [
        Difference(name, _said(now[name]), _said(holds))
        for name, holds in wanted.items()
        if holds != now[name] and (holds or one.name != BOOK)
    ]
    if one.scope != ANYWHERE:
        found.append(Difference("environments", one.scope, "all (*)"))
    return tuple(found)


def _said(holds: bool) -> str:
    return "yes" if holds else "no"
