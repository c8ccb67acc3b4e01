"""Which milestones an issue can be put on: its project's and those of its groups
(doc/user/project/milestones/_index.md, documented)."""

from collections.abc import Iterator

from app.fakegitlab.model import Milestone, Project


def available(project: Project) -> Iterator[Milestone]:
    """The project's milestones, then those of its groups, nearest first."""
    yield from project.milestones.values()
    for group in project.group.line():
        yield from group.milestones.values()


def find(project: Project, title: str) -> Milestone | None:
    """By exact title."""
    return next((one for one in available(project) if one.title == title), None)


def by_id(project: Project, number: int | None) -> Milestone | None:
    """By global id."""
    return next((one for one in available(project) if one.id == number), None)
