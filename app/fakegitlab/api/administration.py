"""Everything about people, places and their possessions, so that whoever serves requests need not list it."""

from app.fakegitlab.api import (
    about,
    branches,
    groups,
    members,
    people,
    project_changes,
    projects,
    repository,
    schedules,
    tokens,
    variables,
)

PARTS = (
    about,
    branches,
    groups,
    members,
    people,
    project_changes,
    projects,
    repository,
    schedules,
    tokens,
    variables,
)
