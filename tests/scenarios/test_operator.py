"""What the operator issue hears: a burst of moves, an access token that runs out."""

# ruff: noqa: E501 - notes are pinned as people read them

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from inline_snapshot import snapshot

from app.domain.webhook_signature import signature, webhook_keys
from tests.intake.letters import PAYLOADS
from tests.scenarios.living import SIGNING_TOKEN, Living


def test_twenty_drags_by_one_person_become_one_summary(house: Living) -> None:
    stage = house.stage
    issues = house.seeded(20)
    with house.world.lock:
        for issue in issues:
            stage.drags("sa.omar", issue, "status::resolved")
    stage.quiet()
    assert [house.statuses(issue) for issue in issues] == [{"status::new"}] * 20
    told = [len(house.said(issue)) for issue in issues]
    (summary,) = house.heard(house.operator)
    listed = summary.count("- `sme/customer-feedback#")
    assert listed >= 2
    assert sum(told) + listed == 20
    assert summary.partition("\n\n")[0] == snapshot(
        "@sa.omar, you moved many cards at once. These could not stay where you put them, and I put them back without a note on each:"
    )
    assert summary.rpartition("\n\n")[2] == snapshot(
        "To see what one of them needs, move it again by itself, and I will say so there."
    )


def warned_of(house: Living, name: str, expires: str, delivery: str) -> None:
    """GitLab says that a token runs out on this day."""
    payload = json.loads(PAYLOADS[name])
    payload["object_attributes"]["expires_at"] = expires
    body = json.dumps(payload).encode()
    hook = next(iter(house.stage.project.hooks.values()))
    stamp = str(int(datetime.now(UTC).timestamp()))
    (key,) = webhook_keys([SIGNING_TOKEN], []).signing
    answer = httpx.post(
        hook.url,
        content=body,
        headers={
            "Content-Type": "application/json",
            "webhook-id": delivery,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(key, f"{delivery}.{stamp}.", body).decode(),
        },
    )
    assert (answer.status_code, answer.json()) == (200, {"accepted": True})
    house.stage.quiet()


@pytest.mark.parametrize(
    ("kind", "where", "page"),
    [("project", "flightjs/Flight", "flightjs/Flight"), ("group", "twitter", "groups/twitter")],
)
def test_gitlab_warns_of_a_token_that_runs_out_and_the_operator_reads_it(
    house: Living, kind: str, where: str, page: str
) -> None:
    day = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
    for delivery in ("one", "two"):
        warned_of(house, f"access_token_expiring_{kind}", day, delivery)
    (note,) = house.heard(house.operator)
    assert note.startswith(
        f"The access token `acd` of `{where}` runs out on **{day}**; 7 days or less are left. Rotate"
    )
    assert f"({house.settings.gitlab_url}/{page}/-/settings/access_tokens)" in note


def test_each_threshold_is_told_once_in_the_same_note_and_its_day_ends_it(house: Living) -> None:
    today = datetime.now(UTC)
    told = []
    for number, days in enumerate((60, 30, 30, 7, 0)):
        day = (today + timedelta(days=days)).date().isoformat()
        warned_of(house, "access_token_expiring_project", day, f"delivery {number}")
        (note,) = house.said(house.operator)
        told.append((note.id, "; ".join(note.body.partition(". ")[0].split("; ")[1:])))
        house.stage.quiet()
    first = told[0][0]
    assert told == [
        (first, "60 days or less are left"),
        (first, "30 days or less are left"),
        (first, "30 days or less are left"),
        (first, "7 days or less are left"),
        (first, ""),
    ]
    (last,) = house.heard(house.operator)
    assert last == (
        f"The access token `acd` of `flightjs/Flight` ran out on {today.date()}. If it was rotated in time, all goes on; "
        "if not, what used it has stopped."
    )
