"""What a card costs in calls to GitLab, counted by the stand-in."""

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app import bootstrap
from app.domain.ours import DUPLICATES
from app.domain.taxonomy import Mode, Modes
from app.fakegitlab.model import Issue
from app.gateways.config_load import Configuration
from tests.scenarios.living import READY, Living, enforced, living


def after_the_first(house: Living) -> Issue:
    """A ready request, after the service has learnt who it is and which labels there are."""
    issue = house.stage.files("sa.jane", "SAML", READY)
    house.stage.quiet()
    house.world.reset_calls()
    return issue


def methods(house: Living) -> list[str]:
    return [call.method for call in house.world.calls]


def test_a_lawful_drag_costs_three_reads_and_nothing_is_written(house: Living) -> None:
    issue = after_the_first(house)
    house.stage.drags("sme.ken", issue, "status::reviewed")
    house.stage.quiet()
    assert house.statuses(issue) == {"status::reviewed"}
    assert methods(house) == ["GET", "GET", "GET"]


def test_a_put_back_costs_three_reads_and_two_writes_and_its_echo_three_reads(house: Living) -> None:
    """Our note and our label change come back as webhooks; they are one or two more looks, and no write."""
    issue = after_the_first(house)
    house.stage.drags("sa.omar", issue, "status::resolved")
    house.stage.quiet()
    assert house.statuses(issue) == {"status::new"}
    assert len(house.said(issue)) == 1
    cost = methods(house)
    assert cost[:5] == ["GET", "GET", "GET", "POST", "PUT"]
    assert cost[5:] in (["GET"] * 3, ["GET"] * 6)


CRM = "https://example.my.salesforce.com"


def before_the_echo(house: Living) -> list[str]:
    """The calls up to the last write of the first run; what follows is the echo of what we wrote."""
    calls = [(call.method, re.sub(r"/:[a-z_]+$", "", call.template).rpartition("/")[2]) for call in house.world.calls]
    again = [i for i, call in enumerate(calls) if call == ("GET", "issues")][1:]
    return [f"{method} {what}" for method, what in calls[: again[0] if again else None]]


def test_a_new_complete_request_and_one_more_customer_cost_three_reads_and_two_writes_each(tmp_path: Path) -> None:
    """Ledger and labels; ledger and receipt. Their echoes read, and write nothing."""
    with living(tmp_path, counting()) as house:
        after_the_first(house)
        issue = house.stage.files("sa.jane", "Another", READY)
        house.stage.quiet()
        assert before_the_echo(house) == snapshot(
            ["GET issues", "GET resource_label_events", "GET notes", "POST notes", "PUT issues"]
        )
        assert set(methods(house)[len(before_the_echo(house)) :]) == {"GET"}
        house.world.reset_calls()
        house.stage.says("sa.omar", issue, f"+1 customer: {CRM}/0018X00002AbCdE | retention | renewal | 2031-06-30")
        house.stage.quiet()
        assert before_the_echo(house) == snapshot(
            ["GET issues", "GET resource_label_events", "GET notes", "PUT notes", "POST award_emoji"]
        )
        assert set(methods(house)[len(before_the_echo(house)) :]) == {"GET"}
        for one in house.stage.project.issues.values():
            house.said(one)


def test_what_was_not_understood_costs_two_calls_more(tmp_path: Path) -> None:
    """The thread has to be found before anybody can answer in it."""
    with living(tmp_path, counting()) as house:
        issue = after_the_first(house)
        house.stage.says("sa.omar", issue, f"+1 customer: {CRM}/0018X00002AbCdE | retention | renewal | Q3ish")
        house.stage.quiet()
        assert before_the_echo(house) == snapshot(
            [
                "GET issues",
                "GET resource_label_events",
                "GET notes",
                "PUT notes",
                "GET discussions",
                "POST notes",
                "POST award_emoji",
            ]
        )
        house.said(issue)


def counting() -> Configuration:
    """The rules in force, the numbers too; nobody looks for duplicates, which takes a listing now and then."""
    found = enforced(numbers=Mode.ENFORCE)
    rules = {**found.taxonomy.rules, DUPLICATES: Modes(Mode.OFF)}
    return replace(found, taxonomy=replace(found.taxonomy, rules=rules))


def crowd(house: Living, count: int) -> list[Issue]:
    """Many settled requests, none changed lately."""
    world = house.world
    with world.lock, world.at(world.now() - timedelta(days=30)):
        return house.seeded(count)


def kinds(house: Living) -> Counter[str]:
    """The calls by kind: pages of issues, and by method all others."""
    return Counter("list" if call.template.endswith("/issues") else call.method for call in house.world.calls)


@pytest.mark.parametrize("count", [2_000, pytest.param(10_000, marks=pytest.mark.soak)])
def test_a_sweep_since_costs_its_pages_and_two_reads_for_each_of_fifty_changes(tmp_path: Path, count: int) -> None:
    with living(tmp_path, enforced()) as house:
        issues = crowd(house, count)
        with house.deaf():
            for issue in issues[:: count // 50]:
                house.stage.drags("sme.ken", issue, "status::reviewed")
        house.world.reset_calls()
        swept = house.sweeps(since=bootstrap.utc_now() - timedelta(hours=1))
        calls = kinds(house)
        print(f"sweep --since over {count} requests with 50 changed: {calls['list']} pages, {calls['GET']} other reads")
        assert swept.planned == ()
        assert calls["list"] <= 101
        # Who we are, whether the operator still reads of requests that wait, and two reads for each changed request.
        assert calls["GET"] == 1 + 3 + 2 * 50
        assert set(calls) == {"list", "GET"}


def test_a_full_pass_costs_two_reads_a_request_and_the_pages(tmp_path: Path) -> None:
    with living(tmp_path, enforced(Mode.OBSERVE)) as house:
        crowd(house, 300)
        house.world.reset_calls()
        swept = house.sweeps()
        calls = kinds(house)
        at_ten_a_second = (2 * 10_000 + 100 + 14) / 10 / 60
        print(f"a full pass over 300 requests: {calls['list']} pages, {calls['GET']} other reads")
        print(f"so over 10,000, at our own ten calls a second: {at_ten_a_second:.0f} minutes")
        assert swept.seen == 301
        assert calls["GET"] == 1 + 3 + 2 * 300
        assert calls["list"] <= 3 + 2 + 12
        assert set(calls) == {"list", "GET"}
