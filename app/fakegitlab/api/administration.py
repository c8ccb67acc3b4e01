"""Everything about people, places and their possessions, so that whoever serves requests need not list it."""

from app.fakegitlab.api import (
    about,
    branches,
    groups,
    members,
    merge_requests,
    people,
    project_changes,
    projects,
    repository,
    schedules,
    templates,
    tokens,
    variables,
)

PARTS = (
    about,
    branches,
    groups,
    members,
    merge_requests,
    people,
    project_changes,
    projects,
    repository,
    schedules,
    templates,
    tokens,
    variables,
)
