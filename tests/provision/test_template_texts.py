"""The text of issue templates: made from the taxonomy, asking for what a new request needs, read back as it was meant."""

# ruff: noqa: E501 - sentences are pinned as people read them

import string
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from app import bootstrap
from app.domain.customer import Severity
from app.domain.issue_template import LAYOUT, IssueTemplate, issue_templates
from app.domain.program import Area
from app.domain.provision_templates import TemplateFile
from app.domain.request import read
from app.domain.taxonomy import Field, FieldKind
from app.gateways.config_load import load
from tests.reading.speech import hear

SHIPPED = load(bootstrap.SHIPPED)
WORDS = bootstrap.wording(bootstrap.SHIPPED)
AI = ".gitlab/issue_templates/Customer feedback - AI.md"


def text(template: IssueTemplate) -> str:
    return WORDS.issue(LAYOUT, {one.name: getattr(template, one.name) for one in fields(template)}, template.area)


def test_the_shipped_issue_template_of_an_area() -> None:
    ai = issue_templates(SHIPPED.taxonomy, SHIPPED.program)[1]
    assert ai.path == AI
    assert text(ai) == snapshot("""\
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
""")


def test_the_template_for_all_areas_says_which_labels_there_are() -> None:
    every = text(issue_templates(SHIPPED.taxonomy, SHIPPED.program)[0]).splitlines()
    assert every[1] == snapshot(
        '<!-- Give it the label of its area as well: ~"area::ai", ~"area::app-security", ~"area::agile", ~"area::dedicated". -->'
    )
    assert every[-1] == '/label ~"status::new"'


def test_one_template_for_all_areas_and_one_for_each() -> None:
    assert [template.name for template in issue_templates(SHIPPED.taxonomy, SHIPPED.program)] == snapshot(
        [
            "Customer feedback",
            "Customer feedback - AI",
            "Customer feedback - App Security",
            "Customer feedback - Agile",
            "Customer feedback - Dedicated",
        ]
    )


def test_areas_whose_names_make_no_file_go_by_their_keys() -> None:
    areas = (Area("a", "Plan/Create"), Area("b", "plan create"), Area("c", "..."), Area("d", "R&D: “x”"))
    named = [template.name for template in issue_templates(SHIPPED.taxonomy, replace(SHIPPED.program, areas=areas))]
    assert named[1:] == [
        "Customer feedback - a",
        "Customer feedback - b",
        "Customer feedback - c",
        "Customer feedback - R&D “x”",
    ]


def test_an_area_may_have_a_layout_of_its_own(tmp_path: Path) -> None:
    own = tmp_path / "templates" / "areas" / "ai" / "issues"
    own.mkdir(parents=True)
    (own / f"{LAYOUT}.md.j2").write_text("## {{ blanks.problem.name|trusted }}\n")
    every, ai, *_ = issue_templates(SHIPPED.taxonomy, SHIPPED.program)
    words = bootstrap.wording(tmp_path)
    values = {one.name: getattr(ai, one.name) for one in fields(ai)}
    assert words.issue(LAYOUT, values, "ai") == "## Problem\n"
    assert words.issue(LAYOUT, values, None) != "## Problem\n"
    assert every.area is None


NAMES = st.text(string.ascii_letters + string.digits + " /&'", min_size=1, max_size=20).map(
    lambda name: "X" + " ".join(name.split())
)
CHOICES = st.lists(
    st.text(string.ascii_lowercase + "-.<>! ", min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=4
)
FEW = settings(max_examples=25, deadline=None)
"""Each example renders a whole template."""


@st.composite
def taxonomies(draw: st.DrawFn) -> tuple[Field, ...]:
    """The shipped fields under other names, with other choices."""
    known = [one for one in SHIPPED.taxonomy.fields if not one.fresh]
    names = draw(st.lists(NAMES, min_size=len(known), max_size=len(known), unique_by=str.casefold))
    return tuple(
        replace(one, names=(name,), choices=tuple(draw(CHOICES)) if one.kind is FieldKind.CHOICE else one.choices)
        for one, name in zip(known, names, strict=True)
    )


@FEW
@given(taxonomies())
def test_a_template_that_nobody_filled_in_tells_nothing(asked: tuple[Field, ...]) -> None:
    for template in issue_templates(replace(SHIPPED.taxonomy, fields=asked), SHIPPED.program)[:2]:
        heard = hear(text(template), fields=asked)
        assert read(text(template), (), asked) == {}
        assert heard == hear("", fields=asked)
        assert heard.lines == ()


ANSWERS = {
    "problem": "Removed people keep their access for up to 24 hours.",
    "use_case": "The platform team",
    "outcome": "They lose it within 5 minutes",
}


@FEW
@given(taxonomies())
def test_a_template_that_was_filled_in_tells_all_of_it(asked: tuple[Field, ...]) -> None:
    """Each blank is found under its own field, whatever it is called."""
    template = issue_templates(replace(SHIPPED.taxonomy, fields=asked), SHIPPED.program)[1]
    filled = text(template)
    for key, answer in ANSWERS.items():
        filled = filled.replace(f"## {template.blanks[key].name}\n", f"## {template.blanks[key].name}\n{answer}\n")
    lines = {key: f"- {template.blanks[key].name}:" for key in ("needed_by", "account", "impact", "csm")}
    given_there = {
        "needed_by": "2027-03-31",
        "account": "https://crm.example.com/1",
        "impact": "They leave",
        "csm": "@cs",
    }
    for key, line in lines.items():
        filled = filled.replace(f"\n{line}", f"\n{line} {given_there[key]}")
    told = {key: fact.value for key, fact in read(filled, (), asked).items()}
    assert told == {**ANSWERS, **given_there}


def test_a_shipped_template_that_was_filled_in_tells_of_one_customer() -> None:
    filled = text(issue_templates(SHIPPED.taxonomy, SHIPPED.program)[1])
    for name, answer in (
        ("Account or opportunity", "https://example.my.salesforce.com/0065g00000QwErT"),
        ("Severity", "blocker"),
        ("Needed by", "2027-03-31"),
        ("ARR at stake", "USD 120k"),
        ("Deployment", "GitLab Dedicated"),
    ):
        filled = filled.replace(f"- {name}:", f"- {name}: {answer}")
    heard = hear(filled, fields=SHIPPED.taxonomy.fields)
    (line,) = heard.lines
    assert (heard.unread, line.severity, line.needed_by) == ((), Severity.BLOCKER, date(2027, 3, 31))
    assert (str(line.arr.low) if line.arr else "", line.deployment) == ("120000", "GitLab Dedicated")


def test_all_that_a_new_request_needs_is_asked_for() -> None:
    every, ai, *_ = issue_templates(SHIPPED.taxonomy, SHIPPED.program)
    assert (
        ai.asked == every.asked == snapshot(("problem", "use_case", "request_type", "account", "severity", "needed_by"))
    )


def test_the_name_of_a_content_is_the_one_git_gives_it() -> None:
    """git hash-object, of the text "Grüße" and a line's end."""
    assert TemplateFile("x", "Grüße\n").blob == "05bb5b40eaf6cd35f14fb829a0a85d61c8875418"
