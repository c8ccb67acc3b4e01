"""The labels of a project or group, and the issues that carry them (doc/api/labels.md; CONTRACT 2 and 3)."""

from typing import Any

from pydantic import BaseModel

from app.domain.failure import Missing, Permanent
from app.domain.label_wishes import Carrier, LabelFields, LabelPlace, Standing, differences
from app.domain.provision_boards import BoardSeen
from app.gateways.gitlab_answers import Taken
from app.gateways.gitlab_api import Api, Query, project_path
from app.gateways.gitlab_boards import BoardBody
from app.gateways.gitlab_budget import in_background, in_bulk
from app.gateways.gitlab_models import Flag, References, Text, Title, understood

_FILTER_WORDS = ("any", "none", "no label")
"""Titles that the list of issues takes for words of its own (app/finders/issuables/label_filter.rb)."""


class _LabelBody(BaseModel):
    id: int
    name: str
    color: str
    description: Text = ""
    archived: Flag = False
    priority: int | None = None
    is_project_label: bool | None = None
    open_issues_count: int | None = None
    closed_issues_count: int | None = None
    open_merge_requests_count: int | None = None

    def value(self, own: bool, counts: bool = False) -> Standing:
        return Standing(
            id=self.id,
            title=self.name,
            color=self.color,
            description=self.description,
            archived=self.archived,
            priority=self.priority,
            own=own,
            open=self.open_issues_count if counts else None,
            closed=self.closed_issues_count if counts else None,
            merge_requests=self.open_merge_requests_count if counts else None,
        )


class _Id(BaseModel):
    id: int


class _CarrierBody(BaseModel):
    iid: int
    project_id: int
    state: str
    labels: list[Title]
    references: References

    def value(self) -> Carrier:
        labels = frozenset(self.labels)
        return Carrier(self.project_id, self.iid, self.references.full, labels, self.state == "opened")


class _CarryingMergeRequest(BaseModel):
    iid: int
    labels: list[Title] = []


class GitLabLabels:
    """Reading and changing labels. Each write is sent once, and its answer compared with the wish. All calls give way
    to people's."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def listed(self, place: LabelPlace) -> tuple[Standing, ...]:
        """All labels there, with those of the groups above: one call a page.

        Those of a project with the counts of what carries them. A group's label is counted without the projects of its
        subgroups, and one that is called None as the issues without a label (Label#issues_count, app/models/label.rb):
        such counts are not told. A group's list does not say whose a label is (lib/api/entities/group_label.rb), so
        under another group all pass for its own; `own_ids` tells them apart.
        """
        query = {"include_ancestor_groups": "true"} | ({} if place.group else {"with_counts": "true"})
        with in_background():
            found = self._api.all(_labels(place), _LabelBody, query)
        return tuple(self._standing(body, place) for body in found)

    @staticmethod
    def _standing(body: _LabelBody, place: LabelPlace) -> Standing:
        own = body.is_project_label is not False
        return body.value(own, counts=own and not place.group and body.name.casefold() not in _FILTER_WORDS)

    def own_ids(self, place: LabelPlace) -> frozenset[int]:
        """The ids of the labels that belong to the place itself: one call a page."""
        with in_background():
            found = self._api.all(_labels(place), _Id, {"include_ancestor_groups": "false"})
        return frozenset(body.id for body in found)

    def create(self, place: LabelPlace, fields: LabelFields) -> None:
        """A new label; where somebody was quicker, theirs will do if it is the same."""
        with in_background():
            try:
                answer = self._api.client.http_post(_labels(place), post_data=_sent(fields, "name"))
            except Taken:
                self._taken(place, fields)
                return
        _compared(place, fields, answer)

    def _taken(self, place: LabelPlace, fields: LabelFields) -> None:
        found = next((one for one in self.listed(place) if one.title == fields.title), None)
        if found is None:
            raise Permanent(
                f"GitLab says that ~{fields.title} is there already, and does not list it in {place.path}: it belongs "
                "to a group or project that our token does not see."
            )
        if differs := differences(fields, found):
            names = ", ".join(one.field for one in differs)
            raise Permanent(
                f"Somebody made ~{fields.title} in {place.path} a moment ago, with another {names}. Plan again."
            )

    def alter(self, place: LabelPlace, label_id: int, title: str, fields: LabelFields) -> None:
        """Other fields for one of the place's own labels, by its id. Renaming keeps issues, links and board lists."""
        path = f"{_labels(place)}/{label_id}"
        with in_background():
            try:
                answer = self._api.client.http_put(path, post_data=_sent(fields, "new_name"))
            except Missing as gone:
                raise Permanent(
                    f"~{title} is no label of {place.path} any more: it was deleted, or moved to a group. Plan again."
                ) from gone
        _compared(place, fields, answer)

    def delete(self, place: LabelPlace, label_id: int) -> None:
        """One of the place's own labels, by its id, with its board lists; there is no way back. Gone is gone."""
        with in_background():
            try:
                self._api.client.http_delete(f"{_labels(place)}/{label_id}")
            except Missing:
                return

    def carriers(self, place: LabelPlace, title: str) -> tuple[Carrier, ...]:
        """All issues with a label, open and closed, of any type: one call a page, oldest first."""
        query: dict[str, str | int | list[int]] = {"state": "all", "scope": "all", "order_by": "created_at"}
        query |= {"sort": "asc"} if place.group else {"sort": "asc", "pagination": "keyset"}
        if title.casefold() not in _FILTER_WORDS:
            query["labels"] = title
        with in_background():
            found = self._api.all(f"{_place(place)}/issues", _CarrierBody, query)
        carriers = [body.value() for body in found if title in body.labels]
        return tuple({(one.project_id, one.iid): one for one in carriers}.values())

    def labels_of(self, carrier: Carrier) -> frozenset[str]:
        """The labels of an issue as they are now."""
        with in_background():
            return frozenset(self._api.one(_issue(carrier), _CarrierBody).labels)

    def relabel(self, carrier: Carrier, old: str, new: str) -> None:
        """One label for another, as one change, in one call. Stays below the webhook events that are never dropped.

        One that the issue has is not added again, which could take the others of its scope away.
        """
        wish = {"remove_labels": old} | ({} if new in carrier.labels else {"add_labels": new})
        with in_background(), in_bulk():
            answer = self._api.client.http_put(_issue(carrier), post_data=wish)
        labels = understood(_CarrierBody, answer, carrier.reference).labels
        if new not in labels or old in labels:
            raise Permanent(
                f"GitLab said yes and did not put ~{new} on {carrier.reference} in the place of ~{old}. Our token "
                "needs the Planner role or above in that project."
            )

    def uses(self, place: LabelPlace, label: Standing) -> tuple[str, ...]:
        """What besides issues holds a project's label: merge requests in any state, and boards. Two calls and pages."""
        wanted: Query = {"state": "all", "scope": "all"}
        if label.title.casefold() not in _FILTER_WORDS:
            wanted = {**wanted, "labels": label.title}
        with in_background():
            requests = self._api.all(f"{_place(place)}/merge_requests", _CarryingMergeRequest, wanted)
            boards = self._api.all(f"{_place(place)}/boards", BoardBody)
        merges = [f"{place.path}!{one.iid}" for one in requests if label.title in one.labels]
        holding = [one.name for one in boards if label.title in _on_board(one.value())]
        return (*merges, *(f"the board {name}" for name in holding))


def _place(place: LabelPlace) -> str:
    path = project_path(place.path)
    return path.replace("/projects/", "/groups/", 1) if place.group else path


def _labels(place: LabelPlace) -> str:
    return f"{_place(place)}/labels"


def _issue(carrier: Carrier) -> str:
    return f"/projects/{carrier.project_id}/issues/{carrier.iid}"


def _on_board(board: BoardSeen) -> set[str | None]:
    """Labels by title: a group's of the same title counts for it, too, which is the safe side."""
    return {one.title for one in board.lists} | set(board.labels)


def _sent(fields: LabelFields, title: str) -> dict[str, Any]:
    sent = {
        title: fields.title,
        "color": fields.color,
        "description": fields.description,
        "priority": fields.priority,
        "archived": fields.archived,
    }
    return {name: value for name, value in sent.items() if value is not None}


def _compared(place: LabelPlace, fields: LabelFields, answer: object) -> None:
    """GitLab drops what we may not set, and what its version does not know, without a word (CONTRACT 2)."""
    made = understood(_LabelBody, answer, f"~{fields.title}" if fields.title else "a label").value(own=True)
    if differs := differences(fields, made):
        kept = "; ".join(f"{one.field} is {one.now!r}, not {one.wanted!r}" for one in differs)
        raise Permanent(f"GitLab said yes and kept ~{made.title} of {place.path} otherwise: {kept}.")
