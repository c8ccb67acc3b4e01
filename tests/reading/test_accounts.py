"""Which account a link or an id leads to (requests 2.5, rules 5 and 7)."""

import pytest

from app.domain.accounts import account_of, key_of
from app.domain.customer import Account, AccountKind
from tests.reading.speech import DEAL, DEAL_ID, HOUSE_ID, hear, keys

DYNAMIC = "https://crm.example.com/deals/7"


@pytest.mark.parametrize(
    "text",
    [
        DEAL,
        DEAL + "AAX",
        DEAL + "/view",
        DEAL + "?tab=chatter#x",
        f"<{DEAL}>",
        f"[internal link]({DEAL})",
        f'[internal link]({DEAL} "title")',
        f"({DEAL})",
        f"{DEAL}.",
        f"**{DEAL}**",
        f"the deal is {DEAL}, renewed",
        "https://example.lightning.force.com/lightning/r/Opportunity/0065g00000QwErTAAX/view",
        "https://example.lightning.force.com/lightning/r/0065g00000QwErT/view",
        "https://example.lightning.force.com/one/one.app#/sObject/0065g00000QwErTAAX/view",
        "HTTPS://EXAMPLE.MY.SALESFORCE.COM/0065g00000QwErT",
    ],
)
def test_one_opportunity_however_it_is_linked(text: str) -> None:
    found = account_of(text)
    assert found is not None
    assert (found.key, found.kind) == (DEAL_ID, AccountKind.OPPORTUNITY)


@pytest.mark.parametrize(
    ("link", "kind", "key"),
    [
        ("https://example.my.salesforce.com/0018X00002AbCdE", AccountKind.ACCOUNT, HOUSE_ID),
        ("https://example.my.salesforce.com/0018X00002AbCdEFGH", AccountKind.ACCOUNT, HOUSE_ID),
        (DYNAMIC, AccountKind.OTHER, DYNAMIC),
        (DYNAMIC + "?tab=1", AccountKind.OTHER, DYNAMIC),
        (DYNAMIC + "/#notes", AccountKind.OTHER, DYNAMIC),
        ("https://CRM.example.com/deals/7", AccountKind.OTHER, DYNAMIC),
        (
            "https://app.hubspot.com/contacts/1/company/2",
            AccountKind.OTHER,
            "https://app.hubspot.com/contacts/1/company/2",
        ),
        ("https://crm.example.com/0065g00000QwErT", AccountKind.OTHER, "https://crm.example.com/0065g00000QwErT"),
    ],
)
def test_the_kind_and_the_key_of_a_link(link: str, kind: AccountKind, key: str) -> None:
    assert account_of(link) == Account(key, kind, link)
    assert key_of(link) == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Acme",
        "0065g00000QwErT",
        "https://example.my.salesforce.com/",
        "https://example.my.salesforce.com/5005g00000QwErT",
        "https://example.my.salesforce.com/0065g00000QwEr",
        "https://example.my.salesforce.com/0065g00000QwErTA",
        "https://crm.example.com",
        "https://gitlab.com/gitlab-org/gitlab/-/issues/1",
        "https://gitlab.example.com/uploads/1/deal.png",
        "ftp://crm.example.com/deals/7",
        "http://",
    ],
)
def test_what_leads_to_no_account(text: str) -> None:
    assert account_of(text) is None


@pytest.mark.parametrize(
    ("typed", "key"),
    [(DEAL_ID, DEAL_ID), (DEAL_ID + "AAX", DEAL_ID), (" ACME-12 ", "ACME-12"), (DYNAMIC + "?x", DYNAMIC), ("42", "42")],
)
def test_the_key_of_an_id_in_the_book(typed: str, key: str) -> None:
    assert key_of(typed) == key


@pytest.mark.parametrize("typed", ["ACME-12", DEAL_ID, DEAL_ID + "AAX", f"`{DEAL_ID}`", "ACME-12 (renewal)"])
def test_an_id_counts_when_the_book_knows_it(typed: str) -> None:
    known = frozenset({"ACME-12", DEAL_ID})
    for text in (f"Account: {typed}", f"+1 customer: {typed} | blocker"):
        assert len(keys(text, known)) == 1
        assert not hear(text, known=known).named
        assert keys(text) == []


def test_another_crms_link_counts_in_prose_only_when_the_book_knows_it() -> None:
    text = f"~DAP::Blocker {DYNAMIC}?tab=1"
    assert keys(text) == []
    assert keys(text, frozenset({DYNAMIC})) == [DYNAMIC]
    assert keys("~DAP::Blocker https://app.hubspot.com/contacts/1/company/2") != []


DYNAMICS = "https://org.crm4.dynamics.com/main.aspx?appid=1f2e3d4c-0000-0000-0000-000000000000&etn=account&id="
SUGAR = "https://acme.sugarcrm.com/#Accounts/"


@pytest.mark.parametrize("crm", [DYNAMICS, SUGAR])
def test_two_accounts_of_a_crm_that_names_them_behind_the_path_are_two(crm: str) -> None:
    one, two = f"{crm}aaaaaaaa-1111-2222-3333-444444444444", f"{crm}bbbbbbbb-1111-2222-3333-444444444444"
    told = keys(f"+1 customer: {one} | blocker\n+1 customer: {two} | nice\n+1 customer: {one}&x=1 | nice")
    assert len(told) == 3
    assert told[0] == told[2] != told[1]
    assert key_of(one) == told[0]
