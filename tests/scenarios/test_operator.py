"""What the operator issue hears: a burst of moves, an access token that runs out."""

# ruff: noqa: E501 - notes are pinned as people read them

from datetime import UTC, datetime
from typing import Literal

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


@pytest.mark.parametrize("kind", ["project", "group"])
def test_gitlab_warns_of_a_token_that_runs_out_and_the_operator_reads_it(
    house: Living, kind: Literal["project", "group"]
) -> None:
    body = PAYLOADS[f"access_token_expiring_{kind}"]
    hook = next(iter(house.stage.project.hooks.values()))
    for delivery in ("one", "two"):
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
    where = {"project": "flightjs/Flight", "group": "twitter"}[kind]
    assert house.heard(house.operator) == [
        "GitLab says that an access token runs out soon. "
        f"Rotate it (do not make a new one: a new token is a new user) for:\n\n- `{where}`"
    ]
