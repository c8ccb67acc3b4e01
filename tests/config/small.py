"""A small program that is right in every way, for tests to break in one place."""

from pathlib import Path

import pytest

from app.gateways.config_errors import ConfigInvalid
from app.gateways.config_load import load

TAXONOMY = """\
scopes:
  status:
    title: Status
    description: Where a request stands.
    required: true
    labels:
      - title: status::new
        color: "#1f75cb"
        description: Just filed.
      - title: status::done
        color: "#217645"
        description: Done.
  area:
    title: Area
    description: Who owns it.
    labels:
      - title: area::ai
        color: "#1d3a8a"
        description: AI.
  region:
    title: Region
    description: Where it comes from.
    labels:
      - title: region::apac
        color: "#7a4419"
        description: Asia and the Pacific.
  theme::ai:
    title: Themes of AI
    description: What it is about.
    labels:
      - title: theme::ai::chat
        color: "#e1d8f9"
        description: Chat.
  context:
    title: Context
    description: Whether it tells enough.
    labels:
      - {title: "context::needed", color: "#fbdcb5", description: Something is missing.}
      - {title: "context::ready", color: "#e6f3c5", description: All is there.}
  hold:
    title: Holds
    description: Of the bot.
    labels:
      - {title: "hold::open", color: "#f9c78b", description: A move is held.}
plain_labels:
  - {title: paused, color: "#28272d", description: The bot stays away.}
paused_label: paused
fields:
  problem: {names: [Problem], at_least: 40}
  kind: {names: [Kind, Type], kind: choice, choices: [bug, feature]}
items:
  problem:
    title: Problem
    why: It comes first.
    example: "Problem: too slow"
    met_by: ["field:problem"]
  theme:
    title: Theme
    why: It sorts.
    example: theme::ai::chat
    met_by: ["label:theme::{area}", "role:pm"]
workflow:
  # Who may move what.
  effective_from: 2026-01-01T00:00:00Z
  start: status::new
  judged_for: 72 hours
  ask_after: 2 minutes
  ask_at_latest: 10 minutes
  put_backs: 2
  put_backs_within: 1 hour
  statuses:
    - {label: "status::new", name: New, asks: [problem]}
    - {label: "status::done", name: Done, requires: [theme], closes: true}
  moves:
    - id: T1
      from: status::new
      to: status::done
      who: [pm]
      because: It is done.
    - id: T2
      from: any
      to: any
      who: program_lead
      because: To set things right.
rules:
  one_status: {mode: observe}
  starting_status: {mode: observe}
  moves: {mode: observe}
  open_closed: {mode: observe}
  context: {mode: observe}
"""

PROGRAM = """\
name: Small
tier: premium
areas:
  ai: AI
regions: [apac]
projects:
  - path: sme/feedback
    boards: [{name: AI, area: ai}]
operator_issue: sme/feedback#1
people:
  lead.ai:
    name: Lena Lead
    roles:
      - {role: lead, area: ai, from: 2026-01-01, until: 2027-01-01}
  pm.ai:
    name: Priya Product
    roles:
      - {role: pm, area: ai}
  sme.ken:
    name: Ken Sample
    region: apac
    roles:
      - {role: sme, area: ai, until: 2027-01-01}
"""


def written(directory: Path, taxonomy: str = TAXONOMY, program: str = PROGRAM) -> Path:
    """The directory, with both files in it."""
    (directory / "label_taxonomy.yml").write_text(taxonomy, encoding="utf-8")
    (directory / "program.yml").write_text(program, encoding="utf-8")
    return directory


def told(directory: Path) -> str:
    """What somebody reads who loads this directory's broken configuration."""
    with pytest.raises(ConfigInvalid) as caught:
        load(directory)
    return str(caught.value)
