"""What people see of a customer line they wrote: a mark, the ledger, and an answer where not all was understood."""

# ruff: noqa: E501 - what is shown is pinned as people read it

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from inline_snapshot import snapshot

from app.domain.account_book import AccountBook, BookEntry
from app.domain.issue import Note
from app.domain.ours import NUMBERS
from app.domain.plan import PostNote, React
from app.domain.taxonomy import Mode
from tests.rules import cards
from tests.rules.cards import PROBLEM, Card
from tests.rules.world import shipped

CRM = "https://example.my.salesforce.com"
ACME, INITECH = f"{CRM}/0065g00000QwErT", f"{CRM}/0018X00002AbCdE"
BOOK = AccountBook(
    {
        "0065g00000QwErT": BookEntry("0065g00000QwErT", Decimal("123456.78"), "Acme Corp", "Ultimate"),
        "0018X00002AbCdE": BookEntry("0018X00002AbCdE", Decimal("611222.33"), "Initech GmbH", "Premium"),
    }
)
FILED = f"## Problem\n{PROBLEM}\n"

Make = Callable[..., Card]


@pytest.fixture
def card() -> Iterator[Make]:
    """Makes a card where nothing is asked, and the numbers are in force; all that is said must be heard."""
    made: list[Card] = []

    def make(mode: Mode = Mode.ENFORCE, **options: object) -> Card:
        world = shipped().rule_in("context", Mode.OFF).rule_in(NUMBERS, mode)
        given: dict[str, object] = {"description": FILED, "in_status": "new", **options}
        made.append(cards.Card(world, **given))  # type: ignore[arg-type]
        made[-1].book = BOOK
        made[-1].later(minutes=30)
        made[-1].settle()
        return made[-1]

    yield make
    for one in made:
        one.stops()


def said(card: Card, by: str, text: str) -> Note:
    """Somebody comments, and the bot answers."""
    card.comment(by, text)
    note = card.thread[-1]
    card.settle()
    return note


def marks(card: Card, note: Note) -> list[str]:
    """The bot's reactions on a comment."""
    return [award.name for of, award in card.reactions if of == note.id]


def answers(card: Card) -> str:
    """What is heard besides the ledger."""
    told = card.hears().split("\n\n---\n\n")
    return "\n\n---\n\n".join(text for text in told if not text.startswith("### Customers on this request"))


def test_a_customer_line_is_marked_as_read_and_stands_in_the_ledger_at_once(card: Make) -> None:
    one = card()
    note = said(one, "sa.jane", f"+1 customer: {ACME} | blocker | expansion | 2026-12-31 | needs SCIM for 3k seats")
    assert marks(one, note) == ["white_check_mark"]
    assert one.hears() == snapshot("""\
### Customers on this request · 1 account

| account, asked by | severity | ARR | needed by |
|---|---|---|---|
| [006…QwErT](https://example.my.salesforce.com/0065g00000QwErT) expansion<br>`sa.jane` · dach-meta | blocker | 100–250k | 2026-12-31 |

Points and ARR share come with the next score.

Missing before *Reviewed*: Use case and who is affected · Request type · Theme · Deployment for 006…QwErT · Desired outcome

Another customer with this problem? Comment with one line:

`+1 customer: CRM link | blocker, retention, fast-follow or nice | new, renewal or expansion | 2026-03-31`\
""")


def test_reading_it_again_writes_nothing(card: Make) -> None:
    one = card()
    said(one, "sa.jane", f"+1 customer: {ACME} | blocker | expansion | 2026-12-31")
    one.hears()
    one.later(days=1)
    assert one.settle() == []


def test_a_second_customer_is_one_edit_and_one_mark(card: Make) -> None:
    one = card()
    said(one, "sa.jane", f"+1 customer: {ACME} | blocker | expansion | 2026-12-31")
    one.hears()
    one.comment("sa.omar", f"+1 customer: {INITECH} | retention | renewal | 2026-06-30")
    assert [type(write).__name__ for write in one.settle()] == ["EditNote", "React"]
    assert "2 accounts" in one.hears()


def test_an_edited_line_is_read_again_and_a_deleted_one_is_gone(card: Make) -> None:
    one = card()
    note = said(one, "sa.jane", f"+1 customer: {ACME} | nice | expansion | 2026-12-31")
    one.hears()
    one.rewrite(note, f"+1 customer: {ACME} | blocker | expansion | 2026-12-31")
    one.settle()
    assert "| blocker |" in one.hears()
    one.thread = [n for n in one.thread if n.id != note.id]
    one.settle()
    assert "No customer is on this request any more." in one.hears()


def test_a_withdrawn_customer_is_gone_and_whoever_withdrew_it_sees_so(card: Make) -> None:
    one = card()
    said(one, "sa.jane", f"+1 customer: {ACME} | nice | expansion | 2026-12-31")
    one.hears()
    note = said(one, "sa.omar", f"-1 customer: {ACME} | closed-lost")
    assert marks(one, note) == ["white_check_mark"]
    assert "No customer is on this request any more." in one.hears()


def test_whose_customer_is_taken_off_without_a_reason_hears_of_it(card: Make) -> None:
    one = card()
    said(one, "sa.omar", f"+1 customer: {ACME} | nice | expansion | 2026-12-31")
    one.hears()
    note = said(one, "sa.ines", "-1 customer: 006…QwErT")
    assert marks(one, note) == ["white_check_mark"]
    assert answers(one) == snapshot(
        "I read opportunity 006…QwErT: withdrawn. @sa.omar, you told of this customer, and no reason is given here for taking it off. If it should stay, tell it again with `+1 customer`. Edit your comment and I will read it again."
    )
    other = said(one, "sa.ines", f"-1 customer: {INITECH}")
    assert marks(one, other) == []
    one.hears()


def test_a_move_alone_does_not_touch_the_ledger(card: Make) -> None:
    one = card()
    one.world = one.world.rule_in("moves", Mode.OFF)
    said(one, "sa.jane", f"+1 customer: {ACME} | nice | expansion | 2026-12-31")
    one.hears()
    one.move("sme.ken", "reviewed")
    assert one.settle() == []


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.OBSERVE])
def test_where_the_rule_only_watches_nothing_is_written(card: Make, mode: Mode) -> None:
    one = card(mode)
    one.comment("sa.jane", f"Acme Corp says: +1\n\n+1 customer: {ACME} | blocker | Q3ish | $123,456.78")
    assert one.settle() == []


def test_what_was_not_understood_is_said_once_in_the_thread_and_settled_by_an_edit(card: Make) -> None:
    one = card()
    note = said(one, "sa.jane", f"+1 customer: {ACME} | blocker | expansion | Q3ish")
    (reply,) = [w for w in one.diary.entries if isinstance(w.write, PostNote) and w.write.topic == f"receipt {note.id}"]
    assert isinstance(reply.write, PostNote)
    assert reply.write.reply_to == note.id
    assert answers(one) == snapshot(
        """\
I read opportunity 006…QwErT: blocker, expansion, ARR from the account book. Not understood: `Q3ish`. Edit your comment and I will read it again.

What may stand there:

- Needed by: a date, as 2027-03-31
- Deployment: self-managed, gitlab.com or GitLab Dedicated\
"""
    )
    one.rewrite(note, f"+1 customer: {ACME} | blocker | expansion | sometime in H2")
    one.settle()
    assert answers(one) == snapshot(
        """\
I read opportunity 006…QwErT: blocker, expansion, ARR from the account book. Not understood: `sometime in H2`. Edit your comment and I will read it again.

What may stand there:

- Needed by: a date, as 2027-03-31
- Deployment: self-managed, gitlab.com or GitLab Dedicated\
"""
    )
    one.rewrite(note, f"+1 customer: {ACME} | blocker | expansion | 2026-12-31")
    one.settle()
    assert answers(one) == snapshot("Thank you! Nothing is left here that I do not understand.")
    assert len(one.bots_notes) == 2


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (
            f"+1 customer: {ACME} and {INITECH} | blocker | expansion | 2026-12-31",
            snapshot(
                "I read opportunity 006…QwErT: blocker, expansion, needed by 2026-12-31, ARR from the account book. One more CRM link does not count: it takes a note, or a `+1 customer` line, for each customer. Edit your comment and I will read it again."
            ),
        ),
        (
            "+1 customer: Umbrella Ltd | blocker",
            snapshot(
                "In `+1 customer` I found no link to an account or opportunity. Edit your comment and I will read it again."
            ),
        ),
        (
            f"Do you mean {INITECH}?",
            snapshot("""\
Is this a customer with the same need? Then please say so in one line, and I count it:

`+1 customer: https://example.my.salesforce.com/0018X00002AbCdE | blocker, retention, fast-follow or nice | new, renewal or expansion | 2026-03-31`

If not, there is nothing to do.\
"""),
        ),
        (
            "See https://app.hubspot.com/contacts/99/company/12 for more.",
            snapshot("""\
Is this a customer with the same need? Then please say so in one line, and I count it:

`+1 customer: CRM link | blocker, retention, fast-follow or nice | new, renewal or expansion | 2026-03-31`

If not, there is nothing to do.\
"""),
        ),
        (
            f"+1 customer: {CRM}/0018X00002Ab001 | blocker | renewal | 2026-12-31 | €120k",
            snapshot(
                "I read account 001…Ab001: blocker, renewal, needed by 2026-12-31, ARR in another currency. Amounts count in USD only. Edit your comment and I will read it again."
            ),
        ),
        (
            f"+1 customer: {ACME} | critical for them | upsell | Umbrella",
            snapshot("""\
I read opportunity 006…QwErT: growth assumed, ARR from the account book. Not understood: `part 2` · `upsell` · `part 4`. Edit your comment and I will read it again.

What may stand there:

- Severity: blocker, retention, fast-follow or nice
- Needed by: a date, as 2027-03-31
- ARR type: new, renewal or expansion
- Deployment: self-managed, gitlab.com or GitLab Dedicated\
"""),
        ),
        (
            f"+1 customer: {ACME} | nice to have | 2024-03-31",
            snapshot(
                "I read opportunity 006…QwErT: nice, growth assumed, needed by 2024-03-31, ARR from the account book. 2024-03-31 is over already: is the year right? Edit your comment and I will read it again."
            ),
        ),
        (
            f"Account: {ACME}\nSeverity: blocker\nProduct: their cloud",
            snapshot("""\
I read opportunity 006…QwErT: blocker, growth assumed, ARR from the account book. Not understood: `Deployment`. Edit your comment and I will read it again.

What may stand there:

- Deployment: self-managed, gitlab.com or GitLab Dedicated\
"""),
        ),
        (
            "Acount: " + ACME,
            snapshot("Did you mean `Account`? Edit your comment and I will read it again."),
        ),
        (
            "+1 customer",
            snapshot(
                "In `+1 customer` I found no link to an account or opportunity. Edit your comment and I will read it again."
            ),
        ),
        (
            f"-1 customer: {INITECH} | closed-lost",
            snapshot(
                "I read account 001…AbCdE: withdrawn. What you withdraw is no customer of this request. Edit your comment and I will read it again."
            ),
        ),
        (
            f"+1 customer: {ACME} | blocker | expansion | 2026-12-31\n{'x' * 70_000}",
            snapshot(
                "I read opportunity 006…QwErT: blocker, expansion, needed by 2026-12-31, ARR from the account book. This is long: I read its first 64 KiB only. Edit your comment and I will read it again."
            ),
        ),
    ],
)
def test_what_a_comment_about_customers_is_answered(card: Make, text: str, answer: str) -> None:
    one = card()
    one.world = one.world.rule_in("commands", Mode.OFF)
    said(one, "sa.jane", text)
    assert answers(one).split("\n\n---\n\n")[0] == answer


def test_a_link_to_a_customer_who_is_here_already_is_only_talk(card: Make) -> None:
    one = card()
    said(one, "sa.jane", f"+1 customer: {ACME} | blocker | expansion | 2026-12-31")
    one.hears()
    one.comment("sa.omar", f"{ACME} has a call on Monday.")
    assert one.settle() == []


def test_comments_from_before_the_rules_and_old_ones_are_not_answered(card: Make) -> None:
    one = card()
    one.comment("sa.jane", f"Do you mean {INITECH}?")
    one.later(days=4)
    assert one.settle() == []
    later = card()
    later.comment("sa.jane", f"Do you mean {INITECH}?")
    later.world = later.world.effective_from(later.now + timedelta(minutes=1))
    assert later.settle() == []


def test_a_second_link_in_the_description_is_told_beside_it(card: Make) -> None:
    one = card(description=f"{FILED}\n## Customer\n- Account or opportunity: {ACME} {INITECH}\n- Severity: blocker\n")
    assert answers(one) == snapshot(
        "I read opportunity 006…QwErT: blocker, growth assumed, ARR from the account book. One more CRM link does not count: it takes a note, or a `+1 customer` line, for each customer. Edit the description and I will read it again."
    )
    one.edit(f"{FILED}\n## Customer\n- Account or opportunity: {ACME}\n- Severity: blocker\n")
    one.settle()
    assert answers(one) == snapshot("Thank you! Nothing is left here that I do not understand.")


def test_a_name_or_an_amount_is_spoken_of_privately_and_settled_when_it_is_gone(card: Make) -> None:
    one = card()
    note = said(one, "sa.jane", "Acme Corp told me again that they need it.")
    (write,) = [e.write for e in one.diary.entries if isinstance(e.write, PostNote)]
    assert write.internal
    assert one.hears() == snapshot("""\
@sa.jane, only members of the project can read this. In [your comment](#note_102) there seems to be a customer's name. Names and exact amounts are for the account team only; here the link to the account is enough, as it leads those who may know to the rest.

Could you take it out? I settle this note when it is gone.\
""")
    one.rewrite(note, "A customer told me again that they need it.")
    one.settle()
    assert one.hears() == snapshot("Thank you! I see neither a customer's name nor an exact amount here any more.")


def test_of_each_comment_the_private_note_says_which_kind_it_holds(card: Make) -> None:
    one = card()
    one.comment("sa.jane", f"+1 customer: {INITECH} | nice | renewal | 2026-12-31")
    one.comment("sa.jane", "Acme Corp asked again.")
    one.comment("sa.jane", "Initech pays us 611222.33 a year.")
    one.comment("sa.jane", "It is 611222.33.")
    one.settle()
    assert answers(one) == snapshot("""\
@sa.jane, only members of the project can read this. In your comment [1](#note_103) there seems to be a customer's name. In your comment [2](#note_104) there seems to be a customer's name and an exact amount. In your comment [3](#note_105) there seems to be an exact amount. Names and exact amounts are for the account team only; here the link to the account is enough, as it leads those who may know to the rest, and for the ARR a band such as 100–250k.

Could you take it out? I settle this note when it is gone.\
""")


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (
            f"+1 customer: {ACME} | blocker | expansion | 2026-12-31 | 120k USD",
            snapshot(
                "@sa.jane, only members of the project can read this. In [your comment](#note_102) there seems to be an exact amount. Names and exact amounts are for the account team only; here the link to the account is enough, as it leads those who may know to the rest, and for the ARR a band such as 100–250k."
            ),
        ),
        (
            "We would lose $123,456.78 a year.",
            snapshot(
                "@sa.jane, only members of the project can read this. In [your comment](#note_102) there seems to be an exact amount. Names and exact amounts are for the account team only; here the link to the account is enough, as it leads those who may know to the rest, and for the ARR a band such as 100–250k."
            ),
        ),
        (
            f"+1 customer: [Umbrella]({INITECH}) | nice | renewal | 2026-12-31 | 80k EUR",
            snapshot(
                "@sa.jane, only members of the project can read this. In [your comment](#note_102) there seems to be a customer's name and an exact amount. Names and exact amounts are for the account team only; here the link to the account is enough, as it leads those who may know to the rest, and for the ARR a band such as 100–250k."
            ),
        ),
    ],
)
def test_the_private_warning_says_what_it_is_about_and_never_repeats_it(card: Make, text: str, warning: str) -> None:
    one = card()
    said(one, "sa.jane", text)
    assert answers(one).split("\n\n---\n\n")[-1].partition("\n\n")[0] == warning


def test_a_flood_is_answered_a_few_comments_at_a_time(card: Make) -> None:
    one = card()
    for n in range(35):
        one.comment("sa.omar", f"+1 customer: {CRM}/0018X00002Ab{n:03} | blocker | renewal | Q{n}ish | 80k USD")
    planned = one.reconciler().plan(cards.REF, one.now)
    kinds = [type(write) for write in planned.writes]
    assert (kinds.count(PostNote), kinds.count(React)) == (1 + 10 + 1, 30)
    assert planned.plan.look_again_at == one.now + timedelta(minutes=1)


def test_what_the_account_book_knows_nobody_is_asked_for(card: Make) -> None:
    one = card()
    said(one, "sa.jane", f"+1 customer: {ACME} | blocker | expansion | 2026-12-31")
    one.hears()
    assert "ARR at stake" not in wanted(one)
    said(one, "sa.omar", f"+1 customer: {CRM}/0018X00002Ab001 | nice | renewal | 2026-12-31")
    one.hears()
    assert "ARR at stake" in wanted(one)


def wanted(card: Card) -> list[str]:
    """What the review still takes."""
    case = card.reconciler().plan(cards.REF, card.now).case
    assert case is not None
    reviewed = case.taxonomy.workflow.status("status::reviewed")
    assert reviewed is not None
    return [w.item.title for w in case.context.wanted(reviewed.requires)]


@pytest.mark.parametrize(
    "text",
    [
        f"+1 customer: {ACME} | blocker | Hooli in Q3 | 2026-12-31",
        f"+1 customer: {ACME} | blocker | needed by: when Hooli renews",
        f"+1 customer: {ACME} | blocker | 1 250 000 | 2026-12-31 | ARR: 1'250'000 at Hooli",
        f"Account: {ACME}\nSeverity: as Hooli says\nNeeded by: 1,25 Mio\nProduct: 1250k",
    ],
)
def test_without_names_in_the_book_no_answer_repeats_what_may_be_one(card: Make, text: str) -> None:
    one = card()
    one.book = AccountBook({"0065g00000QwErT": BookEntry("0065g00000QwErT", Decimal(1_250_000))})
    said(one, "sa.jane", text)
    heard = answers(one)
    assert "I read: opportunity 006…QwErT, blocker" in heard or "Not understood" in heard
    assert not [word for word in ("Hooli", "1 250", "1'250", "1,25", "1250") if word in heard]


def test_a_customer_called_like_a_region_stops_no_ledger_and_accuses_nobody(card: Make) -> None:
    one = card()
    one.book = AccountBook({"0065g00000QwErT": BookEntry("0065g00000QwErT", Decimal(50_000), "Meta")})
    said(one, "sa.jane", f"+1 customer: {ACME} | blocker | expansion | 2026-12-31")
    assert "`sa.jane` · dach-meta" in one.hears()
    one.comment("sa.jane", "In DACH and Meta we tested with 50000 users; @meta knows.")
    assert one.settle() == []


def test_whoever_types_a_name_often_is_told_once(card: Make) -> None:
    one = card()
    one.book = AccountBook({"0065g00000QwErT": BookEntry("0065g00000QwErT", Decimal(0), "Orange")})
    for _ in range(12):
        one.comment("sa.jane", "Orange asked again.")
    one.comment("sa.omar", "So did Orange here.")
    assert [type(write) for write in one.settle()] == [PostNote, PostNote]
    first = one.hears().split("\n\n---\n\n")[0]
    assert first.partition("\n\n")[0] == snapshot(
        "@sa.jane, only members of the project can read this. In your comments [1](#note_102), [2](#note_103), [3](#note_104), [4](#note_105), [5](#note_106), [6](#note_107), [7](#note_108), [8](#note_109), [9](#note_110), [10](#note_111) and 2 more there seems to be a customer's name. Names and exact amounts are for the account team only; here the link to the account is enough, as it leads those who may know to the rest."
    )
    one.comment("sa.jane", "Orange is impatient.")
    assert [type(write).__name__ for write in one.settle()] == ["EditNote"]
    one.hears()


def test_an_answer_about_one_of_several_customers_is_counted_for_none_and_that_is_said(card: Make) -> None:
    one = card()
    said(one, "sa.jane", f"+1 customer: {ACME} | blocker | expansion | 2026-12-31")
    said(one, "sa.omar", f"+1 customer: {INITECH} | nice | renewal | 2026-06-30")
    one.hears()
    note = said(one, "sa.jane", "Needed by: 2026-03-31")
    assert answers(one) == snapshot("""\
I cannot tell which customer this is about. Please say it in that customer's own line:

`+1 customer: CRM link | blocker, retention, fast-follow or nice | new, renewal or expansion | 2026-03-31`\
""")
    one.rewrite(note, "Thank you both.")
    one.settle()
    assert answers(one) == snapshot("Thank you! Nothing is left here that I do not understand.")
