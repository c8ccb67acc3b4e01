"""A new program's `program.yml`, written from the answers that `init` was given (no I/O, no YAML library)."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from app.domain.program import Area, Tier

_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9._/+:,;()&' -]*[A-Za-z0-9.)])?")
_MEANS_ELSE = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""Words that some reader of YAML takes for something else than text."""


@dataclass(frozen=True, slots=True)
class FreshProgram:
    """What somebody wants who begins. `leads` and `pms` are handles by area; `themes` are keys by area.

    `home` is the project that holds the files and runs the pipelines, on the branch `ref`; `package` is what pip
    installs there.
    """

    gitlab: str
    project: str
    name: str
    tier: Tier
    areas: tuple[Area, ...]
    regions: tuple[str, ...]
    program_lead: str
    leads: Mapping[str, str]
    pms: Mapping[str, str]
    home: str
    themes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ref: str = "main"
    labels_in: str | None = None
    service: str | None = None
    package: str | None = None


def scalar(text: str) -> str:
    """A text as a YAML value, in quotes only where it needs them."""
    plain = _PLAIN.fullmatch(text) and text.casefold() not in _MEANS_ELSE and ": " not in text
    return text if plain else json.dumps(text, ensure_ascii=False)


def program_file(fresh: FreshProgram, today: date) -> str:
    """The whole `program.yml`; roles begin `today`."""
    return "\n".join(
        [
            "# yaml-language-server: $schema=schemas/program.schema.json",
            "#",
            "# Who and what the program is. `sounding-board check` reads it and tells every mistake with its line.",
            "",
            f"name: {scalar(fresh.name)}",
            "",
            "# GitLab's licence: premium (also for Ultimate) or free. GitLab does not tell, so say it here.",
            f"tier: {fresh.tier}",
            *_areas_and_regions(fresh),
            *_projects(fresh),
            *_places(fresh),
            *_people(fresh, today),
            "",
        ]
    )


def _areas_and_regions(fresh: FreshProgram) -> Iterator[str]:
    yield from (
        "",
        "# key: name. Each key has a label area::key, and themes theme::key::… in label_taxonomy.yml.",
        "areas:",
    )
    yield from (f"  {scalar(area.key)}: {scalar(area.name)}" for area in fresh.areas)
    yield from ("", "# Each has a label region::… in label_taxonomy.yml.", "regions:")
    yield from (f"  - {scalar(region)}" for region in fresh.regions)


def _projects(fresh: FreshProgram) -> Iterator[str]:
    yield from (
        "",
        "# The GitLab projects that hold requests, by full path, and their boards (of all areas, or of one).",
        "# `amounts: inline` shows amounts as they are in a project's internal notes; say it only where everybody from",
        "# Planner up may read the account book. Left out, it is `bands`: amounts are shown as bands.",
    )
    yield from ("projects:", f"  - path: {scalar(fresh.project)}", "    boards:", f"      - name: {scalar(fresh.name)}")
    for area in fresh.areas:
        if area.name.casefold() != fresh.name.casefold():
            yield from (f"      - name: {scalar(area.name)}", f"        area: {scalar(area.key)}")


def _places(fresh: FreshProgram) -> Iterator[str]:
    yield from ("", "# Where labels live: a group, whose projects inherit them. Left out: each project has its own.")
    yield f"labels_in: {scalar(fresh.labels_in)}" if fresh.labels_in else "# labels_in: group"
    yield from (
        "",
        "# Where the service listens; `sounding-board apply` keeps the webhook to it. Left out: it keeps none.",
    )
    yield f"service: {json.dumps(fresh.service)}" if fresh.service else "# service: https://sounding-board.example.com"
    yield from (
        "",
        "# How issue templates come into each project: merge_request, commit or off.",
        "templates: merge_request",
    )
    yield from ("", "# The project with this file, whose pipelines run the jobs (see .gitlab-ci.yml).", "pipelines:")
    yield from (f"  project: {scalar(fresh.home)}", f"  ref: {scalar(fresh.ref)}", "  schedules:")
    yield '    - {job: sweep, cron: "17 3 * * *", timezone: Etc/UTC}   # once a day: finds what webhooks missed'
    yield '    - {job: score, cron: "17 4 * * *", timezone: Etc/UTC}   # once a day: ARR shares, points, top requests'
    yield '    - {job: due, cron: "7 * * * *", timezone: Etc/UTC}      # every hour: the agendas of the meetings'
    yield from ("", "# Where the bot writes to the people who run it: an issue with the label program-doc::operator.")
    yield f"# operator_issue: {fresh.project}#1"
    yield from (
        "",
        "# When the program meets: by the handbook's table, on clocks in UTC, unless this says otherwise. Slots take",
        "# turns. `sounding-board calendar` shows what comes of it.",
        "# cadence:",
        "#   fiscal_year_starts: february",
        "#   regions:",
        f"#     {scalar(fresh.regions[0])}: {{timezone: Europe/Berlin, holidays: DE}}",
        "#   meetings:",
        '#     pod: {day: wednesday, slots: ["16:00 Europe/Berlin", "09:00 Asia/Singapore"], length: 45 minutes}',
    )


def _people(fresh: FreshProgram, today: date) -> Iterator[str]:
    yield from (
        "",
        "# By GitLab handle, without the @. `from` is the first day of a role, `until` the first day after it (in UTC;",
        "# both may be left out). sme, lead, pm and em have an area; sme has a region; program_lead and sa have none.",
        "# `primary: false` makes a backup SME. Each area needs a lead, and a pm or an em. One more person looks so:",
        "#   some.handle:",
        "#     name: Their Name",
        f"#     region: {scalar(fresh.regions[0])}",
        "#     roles:",
        f"#       - {{role: sme, area: {scalar(fresh.areas[0].key)}, from: {today}}}",
        "people:",
    )
    for handle, roles in _roles(fresh).items():
        yield from (f"  {scalar(handle)}:", f"    name: {scalar(handle)}", "    roles:")
        yield from (f"      - {{{role}, from: {today}}}" for role in roles)


def _roles(fresh: FreshProgram) -> dict[str, list[str]]:
    """Each person's roles. GitLab's handles ignore case, so the first spelling stands for all."""
    spelt: dict[str, str] = {}
    found: dict[str, list[str]] = {}
    wanted = [(fresh.program_lead, "role: program_lead")]
    for area in fresh.areas:
        wanted += [
            (fresh.leads[area.key], f"role: lead, area: {scalar(area.key)}"),
            (fresh.pms[area.key], f"role: pm, area: {scalar(area.key)}"),
        ]
    for handle, role in wanted:
        found.setdefault(spelt.setdefault(handle.casefold(), handle), []).append(role)
    return found
