"""What somebody wrote, and what was heard in it."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.domain import blocks, tellings
from app.domain.customer import CustomerLine, Heard
from app.domain.customer_lines import Speaker, Table, understand
from app.domain.issue import User
from app.domain.taxonomy import Field
from tests.rules.world import NINE, shipped

FIELDS = shipped().taxonomy.fields
JANE = User(20, "sa.jane")
DEAL, DEAL_ID = "https://example.my.salesforce.com/0065g00000QwErT", "0065g00000QwErT"
HOUSE, HOUSE_ID = "https://example.my.salesforce.com/0018X00002AbCdE", "0018X00002AbCdE"

OWN_TEMPLATE = """\
<!-- One problem per issue. No customer name in the title. Make it confidential if unsure. -->
## Problem
<!-- In the customer's words. What can they not do? -->

## Use case and who is affected

## Request type
- [ ] Feature
- [ ] Enhancement
- [ ] Bug

## Customer
- Account or opportunity: <!-- CRM link -->
- Severity: <!-- blocker, retention, fast-follow or nice -->
- Needed by: <!-- YYYY-MM-DD, or none -->

<details><summary>More, if you have it (asked for later)</summary>

- ARR at stake:
- ARR type: <!-- new, renewal or expansion -->
- Subscription:
- Deployment: <!-- self-managed, gitlab.com or GitLab Dedicated -->
- Current solution for this problem:
- Impact to the customer of not having this:
- Competitors:
- CSM to mention:

</details>

## Desired outcome

/label ~"status::new" ~"area::ai"
"""
"""Our issue template, as the specification has it (requests 2.4, A)."""

HANDBOOK_TEMPLATE = """\
<!-- Keep one subscription and one product of those below (they are words here, no labels to add)>
<!-- Choose how much it matters, ~customer priority:: with a number up to 10>

The following ~customer is interested in this capability

- Subscription: ~"GitLab Ultimate" OR ~"GitLab Premium" OR ~"GitLab Free"
- Product: ~"self-managed" OR ~"gitlab.com" OR ~"GitLab Dedicated"
- Link to request:
- Priority: ~customer priority::
- Why interested:
- Problem they are trying to solve:
- Current solution for this problem:
- Impact to the customer of not having this:
- Questions:
- PM to mention:
- CSM to mention:
"""
"""The feedback template of the public GitLab handbook (product management, "Feedback template"; CC BY-SA 4.0): its
fields, labels and order. The two hints are in our words, with the mistake of the original: neither comment is closed.
"""


def hear(
    body: str,
    minute: int = 0,
    *,
    known: frozenset[str] = frozenset(),
    note_id: int | None = None,
    at: datetime | None = None,
    fields: tuple[Field, ...] = FIELDS,
) -> Heard:
    """What is heard in a comment, written so many minutes after nine."""
    told_at = at or NINE + timedelta(minutes=minute)
    told = tellings.listen(blocks.lines(blocks.readable(body)), tellings.names_of(fields))
    found = understand(told, Speaker(JANE, told_at, note_id or minute + 1), Table(fields, known))
    return replace(found, cut=len(body) > blocks.READ_AT_MOST)


def line(body: str, known: frozenset[str] = frozenset()) -> CustomerLine:
    """The only customer line of a comment."""
    (only,) = hear(body, known=known).lines
    return only


def keys(body: str, known: frozenset[str] = frozenset()) -> list[str]:
    """The accounts that a comment gives evidence for."""
    return [each.account.key for each in hear(body, known=known).lines]


def values(each: CustomerLine) -> dict[str, object]:
    """What a line tells, besides who, when and where."""
    unsaid = ("account", "author", "at", "note_id", "internal")
    told = {name: getattr(each, name) for name in each.__dataclass_fields__ if name not in unsaid}
    return {name: value for name, value in told.items() if value not in (None, False)}
