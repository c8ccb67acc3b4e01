"""The one note on a merge request that shows what it would change, edited in place (promise 7).

It is found by a plain marker and its author: a merge request's pipeline has no signing key, as whoever opens a merge
request can read what its jobs can. A note that somebody else marked is not ours.
"""

from app.domain.failure import Missing, Permanent
from app.domain.merge_note import MARKER, MergeRequest
from app.gateways.gitlab_api import Api, project_path
from app.gateways.gitlab_models import NoteBody, Person, understood


class GitLabMergeNote:
    """Says it once on each merge request."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def say(self, where: MergeRequest, text: str) -> bool:
        """Post the note or edit ours; False where it says so already. Takes away the doubles that a race made.

        Raises Permanent where GitLab kept something else, Missing where there is no such merge request.
        """
        body = f"{text.rstrip()}\n\n{MARKER}"
        notes = self._ours(where)
        new = not notes
        if new:
            self._write("post", f"{self._path(where)}/notes", body, where)
            notes = self._ours(where)
        self._tidy(where, notes[1:])
        # Of two first runs at once the older note stays, which may be the other run's: what is said last counts.
        if not notes or notes[0].body.rstrip() == body:
            return new
        self._write("put", f"{self._path(where)}/notes/{notes[0].id}", body, where)
        return True

    def _path(self, where: MergeRequest) -> str:
        return f"{project_path(where.project)}/merge_requests/{where.iid}"

    def _ours(self, where: MergeRequest) -> list[NoteBody]:
        """Our notes there, the oldest first."""
        me = self._api.one("/user", Person).id
        notes = self._api.all(f"{self._path(where)}/notes", NoteBody, {"sort": "asc", "order_by": "created_at"})
        return sorted((n for n in notes if _marked(n) and n.author and n.author.id == me), key=lambda note: note.id)

    def _write(self, method: str, path: str, body: str, where: MergeRequest) -> None:
        answer = self._api.client.http_request(method, path, post_data={"body": body})
        note = understood(NoteBody, answer.json(), f"the note on {where}")
        if note.body.rstrip() != body:
            raise Permanent(f"GitLab kept something else than the note we wrote on {where}; look at it there.")

    def _tidy(self, where: MergeRequest, doubles: list[NoteBody]) -> None:
        for note in doubles:
            try:
                self._api.client.http_request("delete", f"{self._path(where)}/notes/{note.id}")
            except Missing:
                continue


def _marked(note: NoteBody) -> bool:
    return not note.system and note.body.rstrip().endswith(MARKER)
