"""People and labels as the page wants them: small JSON objects with everything that is drawn."""

from app.fakegitlab.labels import text_color
from app.fakegitlab.model import Issue, Label, User
from app.fakegitlab.page.references import SCOPED, LabelLook

Json = dict[str, object]


def person(user: User) -> Json:
    """Someone whose initials are drawn."""
    return {"username": user.username, "name": user.name, "bot": user.bot}


def label(one: Label) -> Json:
    """A label pill."""
    scoped = SCOPED.match(one.title)
    return {
        "title": one.title,
        "color": one.color,
        "text_color": text_color(one.color),
        "scoped": {"key": scoped["key"], "value": scoped["value"]} if scoped else None,
        "description": one.description,
    }


def label_look(one: Label) -> LabelLook:
    """The same for rendered Markdown."""
    return LabelLook(one.title, one.color, text_color(one.color), one.description)


def issue_path(issue: Issue) -> str:
    """The lasting address of an issue, without the host: it holds wherever the page is served."""
    return f"/{issue.project.full_path}/-/issues/{issue.iid}"
