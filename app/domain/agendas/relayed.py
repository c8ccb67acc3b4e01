"""What a PM review passes on (S169, S180): requests that moved on since the last one, and promises at risk."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from app.domain.agenda import Section
from app.domain.agendas.corner_decided import KEY
from app.domain.agendas.promises import BROKEN, RESOLVED, STILL_COMING, Promise, State, promises
from app.domain.agendas.request_words import customer_safe, named, repeated, request, sentence_key
from app.domain.agendas.tables import board_link, table
from app.domain.cadence import MeetingKind
from app.domain.issue import Ref
from app.domain.managed_lines import items_of
from app.domain.passed_on import MAY_PASS
from app.domain.picture import Card, Picture

UPDATES_AT_MOST = (25, 10)
EACH, LONGEST = 2, 10
"""Minutes for one update, and for all of them."""
NEAR = timedelta(days=45)
"""A promise whose date is this near is at risk while its request is not even on the roadmap."""
_BEFORE = ("status::new", "status::reviewed")
_PROMISED = ("status::accepted", "status::roadmap")
_ROADMAP = "status::roadmap"


def moved_on(picture: Picture) -> tuple[Card, ...]:
    """Requests whose status says another thing to customers than at the last review: what was taken back first, then
    what has gone furthest.
    """
    found = [card for card in picture.cards if _news_for_customers(picture, card)]
    order = [status.title for status in picture.taxonomy.workflow.statuses]

    def place(card: Card) -> tuple[int, int, int]:
        if card.issue.confidential:
            return (2, 0, card.ref.iid)
        return (0 if taken_back(picture, card) else 1, -order.index(card.status or ""), card.ref.iid)

    return tuple(sorted(found, key=place))


def _news_for_customers(picture: Picture, card: Card) -> bool:
    if picture.since is None or picture.taxonomy.workflow.status(card.status or "") is None:
        return False
    was = card.status_at(picture.since)
    return card.status != was and not (card.status in _BEFORE and was in (*_BEFORE, None))


def taken_back(picture: Picture, card: Card) -> bool:
    """Whether people were told to count on it at the last review, and cannot any more (T9, T11, T12)."""
    was = card.status_at(picture.since) if picture.since else None
    back = (*_BEFORE, "status::backlog", "status::declined")
    return (was in _PROMISED and card.status in back) or (was == _ROADMAP and card.status == "status::accepted")


def updates(picture: Picture) -> Section:
    """The block `updates`: was, is, and the one sentence that customers may hear."""
    found = moved_on(picture)
    told = passed_on(picture)
    rows = [_update(picture, card) | {"told": told.get(card.ref)} for card in found]
    minutes = min(LONGEST, EACH * len(rows))
    open_ones = any(not card.issue.confidential for card in found)
    data: dict[str, object] = {"minutes": minutes, "since": picture.since, "link": board_link(picture)}
    data |= {"may_pass": MAY_PASS if open_ones else None, "told": any(row.get("sentence") for row in rows)}
    return table("updates", "pm_review_updates", rows, data, UPDATES_AT_MOST, minutes)


def _update(picture: Picture, card: Card) -> dict[str, object]:
    told = request(picture, card)
    if card.issue.confidential:
        return told
    return {
        **told,
        "was": _was(picture, card),
        "is": named(picture, card.status),
        "taken_back": taken_back(picture, card),
        "target": _when(picture, card),
        "sentence": customer_safe(picture, card),
        "key": sentence_key(card),
    }


def _was(picture: Picture, card: Card) -> str:
    """Where it stood at the last review; of one that is newer, where it came from."""
    before = card.status_at(picture.since) if picture.since else None
    if before is None and len(card.stays) > 1:
        before = card.stays[-2].status
    return named(picture, before) if before else "new"


def _when(picture: Picture, card: Card) -> str | None:
    """Its release, or its target."""
    detail = picture.details.get(card.ref)
    if card.status not in STILL_COMING:
        return None

    def told(key: str) -> str | None:
        return repeated(picture, detail.case, detail.case.facts.get(key)) if detail else None

    release = told("release") if card.status == RESOLVED else None
    return release or card.issue.milestone or told("target")


def passed_on(picture: Picture) -> Mapping[Ref, tuple[int, int]]:
    """In how many regions the customers of a request were told since the last review, and in how many they wait for it:
    by the boxes of the Corners.
    """
    told: dict[Ref, dict[str, bool]] = {}
    for sheet in picture.held:
        if sheet.meeting.kind is MeetingKind.CORNER:
            for ref, ticked in _boxes(sheet.issue.description):
                regions = told.setdefault(ref, {})
                where = sheet.meeting.region or ""
                regions[where] = regions.get(where, False) or ticked
    return {ref: (sum(regions.values()), len(regions)) for ref, regions in told.items()}


def _boxes(text: str) -> Iterator[tuple[Ref, bool]]:
    for line in text.split("\n"):
        for item in items_of(line) if KEY in line else ():
            about = item.key.replace("-%2D", "--").removeprefix(KEY).rpartition("/")[0]
            project, _, iid = about.rpartition("#")
            if item.key.startswith(KEY) and project and iid.isdecimal():
                yield Ref(project, int(iid)), item.box == "x"


def at_risk(picture: Picture) -> tuple[Promise, ...]:
    """Fast-follow promises that people should hear of: broken since the last review, overdue, or near and not on the
    roadmap.
    """
    return tuple(one for one in promises(picture) if _at_risk(picture, one) and not one.detail.card.issue.confidential)


def _at_risk(picture: Picture, one: Promise) -> bool:
    if one.state in BROKEN:
        return one.state is State.OVERDUE or picture.since_last(one.detail.card.entered)
    near = one.due is not None and one.due <= (picture.now + NEAR).date()
    return one.state is State.OPEN and near and one.detail.card.status != _ROADMAP


def risks(picture: Picture) -> Section:
    """The block `promises`."""
    rows = [
        {
            "ref": str(one.detail.ref),
            "state": one.state.value,
            "due": one.due,
            "who": one.line.author.username,
            "is": named(picture, one.detail.card.status),
        }
        for one in at_risk(picture)
    ]
    return table("promises", "pm_review_promises", rows)
