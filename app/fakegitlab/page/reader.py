"""What one person's view of an issue's texts may refer to."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from app.fakegitlab.access import sees_issue
from app.fakegitlab.labels import find
from app.fakegitlab.model import Issue, User
from app.fakegitlab.page.looks import issue_path, label_look
from app.fakegitlab.page.references import IssueLink, LabelLook
from app.fakegitlab.state import State


@dataclass(frozen=True, slots=True)
class Reader:
    """`who` reads the texts of `about`."""

    state: State
    about: Issue
    who: User | None

    def user(self, username: str) -> str | None:
        """The full name of a person, or None."""
        wanted = username.casefold()
        with self.state.lock:
            return next((one.name for one in self.state.users.values() if one.username.casefold() == wanted), None)

    def label(self, title: str) -> LabelLook | None:
        """A label of the issue's project or of a group above it."""
        with self.state.lock:
            found = find(self.about.project, title)
            return None if found is None else label_look(found)

    def issue(self, project_path: str | None, iid: int) -> IssueLink | None:
        """An issue the reader may see; the path is a full one, or the name of a neighbouring project."""
        here = self.about.project
        paths = {project_path, f"{here.group.full_path}/{project_path}"} if project_path else {here.full_path}
        with self.state.lock:
            for project in self.state.projects.values():
                found = project.issues.get(iid) if project.full_path in paths else None
                if found and sees_issue(self.who, found):
                    return IssueLink(project.id, iid, found.title, issue_path(found))
        return None

    def own_path(self, url: str) -> str | None:
        """The path of an address on this very server; relative addresses are on it."""
        try:
            parts, own = urlsplit(url), urlsplit(self.state.base_url)
        except ValueError:
            return None
        here = (not parts.scheme and not parts.netloc) or (parts.scheme, parts.netloc) == (own.scheme, own.netloc)
        return parts.path if here else None
