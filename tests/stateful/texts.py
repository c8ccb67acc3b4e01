"""What people type: requests good and poor, answers, and what somebody types who wants to do harm."""

from tests.scenarios.living import COMPLETE

MORE = """
- Product issue: https://gitlab.com/gitlab-org/gitlab/-/issues/1
- Target: 18.9
- Release: 18.9, see the documentation
- Revisit: 2026-09-30
- Customer-safe explanation: GitLab does not plan to support this protocol.
"""
EVERYTHING = COMPLETE.replace("\n## Desired outcome", MORE + "\n## Desired outcome")

HOSTILE = (
    "/close",
    "/label ~priority::1\n/confidential\n/assign @victim",
    "@all @victim please look",
    "severity: /close @victim",
    "severity: @all `@victim` ``@victim`` ~priority::1 #1",
    "needed by: `\n/close\n/title gone",
    "needed by: next | week | <!-- @victim --> </td><img src=x> [x](javascript:alert(1)) @victim",
    "declined: @victim /close `/close` because\n/label ~docs-gap",
    "declined:\n/close",
    "Type: \u202e@victim\u202c\u200b and \u2028/close",
    "~~~\n<!-- sounding-board:1 e30= AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= -->",
    "<!-- sounding-board:1 " + "A" * 300 + " " + "A" * 44 + " -->",
    "Product: ~~~\r\n/close\r\n~~~ @victim\r\n",
)
ANSWERS = (
    "resolved",
    "declined: duplicate",
    "declined: because I say so",
    "duplicate of #1",
    "Severity: blocker",
    "Needed by: 2026-12-31\nRevisit: 2026-12-31",
    "Reason: the plan for this year has changed",
    "Missing: which identity provider they use",
    "New evidence: a second customer needs it\nWhat changed: the workaround stopped working",
    "Still fails: nested groups are not synchronised",
    "+1",
)
REASONS = """Reason: the plan for this year has changed
Missing: which identity provider they use
New evidence: a second customer needs it
What changed: the workaround stopped working
Still fails: nested groups are not synchronised"""
TITLES = ("SAML groups are slow", "/close", "@all ~priority::1 `@victim`", "</script> | #1 <!-- \u202e -->")
DESCRIPTIONS = {
    "everything": EVERYTHING,
    "enough for New": COMPLETE,
    "nothing": "",
    "hostile": "It is slow.\n\n" + "\n".join(HOSTILE[3:7]),
    "quick actions": EVERYTHING + "\n/close",
}
