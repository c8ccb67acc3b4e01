"""The words of a plan: every kind of change, on a terminal, in Markdown and in JSON; and what hostile names become."""

import json
from collections.abc import Callable
from dataclasses import replace

from inline_snapshot import snapshot

from app.domain.merge_note import Section, note_text
from app.domain.provision import Act, Change, Difference, Kind, Where
from tests.commands.terminal import Terminal
from tests.provision.fake_parts import PLACE, Shelf

Shelves = Callable[..., None]


def test_every_kind_of_change_has_its_sign_and_its_sentence(terminal: Terminal, shelves: Shelves) -> None:
    where = Where("label_taxonomy.yml", 14)
    acts: dict[Act, Change] = {
        act: Change(Kind.LABELS, act, PLACE, f"{act}d", where=where) for act in Act if act is not Act.REPORT
    }
    title = (Difference("title", "status::triage", "status::new"), Difference("description", "", "Filed."))
    acts[Act.RENAME] = Change(
        Kind.LABELS,
        Act.RENAME,
        PLACE,
        "status::new",
        title,
        where,
        because="~status::triage is `previously` of ~status::new",
        issues=1,
    )
    acts[Act.MERGE] = Change(
        Kind.LABELS,
        Act.MERGE,
        PLACE,
        "status::fresh",
        (Difference("title", "status::fresh", "status::new"),),
        where,
        issues=312,
        named=tuple(f"{PLACE}#{n}" for n in range(1, 13)),
    )
    acts[Act.REPORT] = Change(
        Kind.LABELS,
        Act.REPORT,
        PLACE,
        "old",
        because="`retire_after` was 2026-01-01, and it is still on open issues",
        issues=2,
    )
    unknown = Change(Kind.LABELS, Act.RETIRE, PLACE, "mystery", issues=None)
    shelf = Shelf(Kind.LABELS, {}, more=(*acts.values(), unknown))
    shelves(shelf)
    ran = terminal("plan")
    assert ran.code == 1
    assert ran.out == snapshot("""\
labels:
  + create created in sme/customer-feedback (label_taxonomy.yml:14)
  ~ change changed in sme/customer-feedback (label_taxonomy.yml:14)
  → rename status::triage → status::new in sme/customer-feedback (label_taxonomy.yml:14)
      description: (nothing) → Filed.
      because ~status::triage is `previously` of ~status::new
      touches 1 issue
  ⇒ merge status::fresh → status::new in sme/customer-feedback (label_taxonomy.yml:14)
      touches 312 issues: #1, #2, #3, #4, #5, #6, #7, #8, #9, #10 and 302 more
  ↕ move moved in sme/customer-feedback (label_taxonomy.yml:14)
  ⊘ retire retired in sme/customer-feedback (label_taxonomy.yml:14)
  - delete deleted in sme/customer-feedback (label_taxonomy.yml:14)
  ! left to people: old in sme/customer-feedback
      because `retire_after` was 2026-01-01, and it is still on open issues
      concerns 2 issues
  ⊘ retire mystery in sme/customer-feedback
      how many issues carry it could not be counted

8 changes to make, touching up to 313 issues. 1 thing is left to people.
  labels: 1 to create, 1 to change, 1 to rename, 1 to merge, 1 to move, 2 to retire, 1 to delete, 1 left to people
  not asked for: boards, templates, documents, hooks, schedules, variables
Refused, so nothing of it is made:
  It would delete 1 thing; none may be deleted. --allow-delete 1 lifts this.
  It would touch up to 313 issues; 200 may be touched. --allow-issues 313 lifts this.
  How many issues carry mystery could not be counted, so nothing is taken for unused.
""")


def test_json_for_machines(terminal: Terminal, shelves: Shelves, labels: Shelf, boards: Shelf) -> None:
    shelves(labels, boards)
    told = json.loads(terminal("plan", "--json").out)
    assert (len(told.pop("configuration")), len(told.pop("seen"))) == (64, 64)
    assert told == snapshot(
        {
            "schema": 1,
            "sounding_board": "0.1.0",
            "gitlab": "https://gitlab.example.com",
            "limits": {"deletions": 0, "issues": 200},
            "pending": 2,
            "issues": 12,
            "unmet": 0,
            "kinds": [
                {"kind": "labels", "looked_at": True, "as_declared": 1, "pending": 2, "reports": 0},
                {"kind": "boards", "looked_at": True, "as_declared": 1, "pending": 0, "reports": 0},
            ],
            "changes": [
                {
                    "kind": "labels",
                    "act": "create",
                    "place": "sme/customer-feedback",
                    "name": "status::new",
                    "differences": [],
                    "where": {"file": "label_taxonomy.yml", "line": 10},
                    "because": "",
                    "issues": 0,
                    "named": [],
                    "unmet": False,
                },
                {
                    "kind": "labels",
                    "act": "change",
                    "place": "sme/customer-feedback",
                    "name": "status::reviewed",
                    "differences": [{"field": "color", "now": "#ffffff", "wanted": "#6b4fbb"}],
                    "where": {"file": "label_taxonomy.yml", "line": 11},
                    "because": "",
                    "issues": 12,
                    "named": [],
                    "unmet": False,
                },
            ],
            "refusals": [],
        }
    )


def test_markdown_for_a_merge_request(terminal: Terminal, shelves: Shelves, labels: Shelf, boards: Shelf) -> None:
    labels.more = (Change(Kind.LABELS, Act.REPORT, PLACE, "area::old", because="it belongs to the group sme"),)
    shelves(labels, boards)
    ran = terminal("plan", "--markdown", "--only", "labels", "--only", "boards")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == snapshot("""\
**2 changes to make, touching 12 issues. 1 thing is left to people.**

<details><summary>labels: 1 to create, 1 to change, 1 left to people, 1 as declared</summary>

- create `status::new` in `sme/customer-feedback` (`label_taxonomy.yml:10`)
- change `status::reviewed` in `sme/customer-feedback` (`label_taxonomy.yml:11`)
  - color: `#ffffff` → `#6b4fbb`
  - touches 12 issues
- left to people: `area::old` in `sme/customer-feedback`
  - because `it belongs to the group sme`

</details>

boards: 1 as declared

not asked for: templates, documents, hooks, schedules, variables
""")


def test_the_refusal_stands_first_in_a_note(terminal: Terminal, shelves: Shelves, labels: Shelf) -> None:
    labels.issues["status::reviewed"] = 201
    shelves(labels)
    ran = terminal("plan", "--markdown")
    assert ran.code == 1
    assert ran.out.splitlines()[:5] == snapshot(
        [
            "**2 changes to make, touching 201 issues.**",
            "",
            "Refused, so nothing of it is made:",
            "",
            "- `It would touch 201 issues; 200 may be touched.` --allow-issues 201 lifts this.",
        ]
    )


HOSTILE = "evil`` | </summary> @all /close #1 \x1b[31m\u202e"


def test_hostile_names_break_neither_a_note_nor_a_terminal(terminal: Terminal, shelves: Shelves) -> None:
    change = Change(
        Kind.LABELS,
        Act.CHANGE,
        PLACE,
        f"{HOSTILE}\n/close\n",
        (Difference("description", HOSTILE, "harmless"),),
        because=HOSTILE,
        issues=1,
        named=(HOSTILE,),
    )
    shelves(Shelf(Kind.LABELS, {}, more=(change,)))
    assert terminal("plan").out.partition("\n\n")[0] == snapshot("""\
labels:
  ~ change evil`` | </summary> @all /close #1 [31m /close in sme/customer-feedback
      description: evil`` | </summary> @all /close #1 [31m → harmless
      because evil`` | </summary> @all /close #1 [31m
      touches 1 issue: evil`` | </summary> @all /close #1 [31m\
""")
    assert terminal("plan", "--markdown").out == snapshot("""\
**1 change to make, touching 1 issue.**

<details><summary>labels: 1 to change</summary>

- change ```evil`` ｜ </summary> @all /close #1 [31m /close``` in `sme/customer-feedback`
  - description: ```evil`` ｜ </summary> @all /close #1 [31m``` → `harmless`
  - because ```evil`` ｜ </summary> @all /close #1 [31m```
  - touches 1 issue: ```evil`` ｜ </summary> @all /close #1 [31m```

</details>

not asked for: boards, templates, documents, hooks, schedules, variables
""")


def test_a_plan_folds_itself_to_what_a_note_takes(terminal: Terminal, shelves: Shelves) -> None:
    """The longer the plan, the more of it is only counted; nothing is left for `note` to cut, which would leave a
    list open.
    """
    long, name = "`" * 300, "status::new"
    plain = Shelf(Kind.LABELS, {}, more=tuple(Change(Kind.LABELS, Act.MERGE, PLACE, name) for _ in range(5000)))
    shelves(plain)
    assert "- … and 4980 more to merge\n" in terminal("plan", "--markdown").out
    worst = Change(Kind.LABELS, Act.MERGE, long, long, (Difference("field", long, long),) * 9, named=(long,) * 99)
    for times, folded in ((1, 15), (10, 20)):
        plain.more = (replace(worst, differences=worst.differences * times),) * 20
        told = terminal("plan", "--markdown").out
        assert f"- … and {folded} more to merge\n" in told
        noted = note_text([Section(told, markdown=True)])
        assert noted.count("<details>") == noted.count("</details>") == 1
        assert noted == told.strip()
