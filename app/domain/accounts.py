"""Which account a CRM link or id leads to, without a name (requests 2.5, rules 5 and 7)."""

import re
from collections.abc import Iterator
from hashlib import sha256

from app.domain.customer import Account, AccountKind

_URL = re.compile(r"https?://[^\s<>()\[\]{}|\"'`\\]{4,2000}", re.IGNORECASE)
_HOST = re.compile(r"https?://([^/?#:]{1,255})", re.IGNORECASE)
_ID = re.compile(r"(?<![A-Za-z0-9])00[16][A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?(?![A-Za-z0-9])")
_NAMED_LINK = re.compile(
    r"\[([^\[\]\n]{0,200})\]\(\s{0,9}<?(https?://[^\s<>()]{4,2000})>?[^()\n]{0,200}\)", re.IGNORECASE
)
_SALESFORCE = (".salesforce.com", ".force.com", ".salesforce.mil", ".cloudforce.com")
_OTHER_CRMS = (".hubspot.com", ".dynamics.com", ".pipedrive.com", ".sugarcrm.com", ".close.com")
CRM_WORDS = (*_SALESFORCE, *_OTHER_CRMS)
"""What the hosts of CRMs end in."""

_DYNAMICS_ID = re.compile(r"[?&](?i:id)=(?:%7[Bb])?([0-9A-Fa-f-]{8,40})")
_SUGAR_ID = re.compile(r"#([A-Za-z_]{1,40}/[0-9A-Za-z-]{8,40})")
_BARE = re.compile(
    r"(?<![\w./:@-])(?=(?:[a-z0-9-]{1,63}\.){1,6}(?:salesforce|force|cloudforce|hubspot|dynamics|pipedrive|sugarcrm|close)\."
    r"(?:com|mil)/\S{0,200}\d)",
    re.IGNORECASE,
)
_SHORT = re.compile(r"(?<!\w)(00[16]|CRM)(?:…|\.\.\.)([A-Za-z0-9]{5})(?!\w)")
_NO_ACCOUNTS = re.compile(r"/-/|/uploads/|\A[^/]*//[^/]*/?\Z")
_FILLING = (
    "a account accounts an asap ask asking client company crm customer deal follow follows for from here "
    "hubspot id in internal is later link name no not of on opp opps opportunity our pending prospect "
    "renewal salesforce see sf sfdc tbc template the their this to unknown url us will yet "
)
_SAYS_NO_NAME = frozenset(_FILLING.split())


def with_scheme(text: str) -> str:
    """A text whose links into a CRM begin with `https://`, also where people left that out."""
    return _BARE.sub("https://", text) if any(word in text.casefold() for word in CRM_WORDS) else text


def key_of(id_or_link: str) -> str:
    """What an account is known by: the first 15 characters of a Salesforce id (of 15 or 18), else the link without its
    query (but for what names the account there), else the text itself.
    """
    text = id_or_link.strip()
    return _account(text).key if _URL.match(text) else text[:15] if _ID.fullmatch(text) else text


def account_of(text: str, known: frozenset[str] = frozenset()) -> Account | None:
    """The account a text names where an account is asked for: the first link that can be one, else a `known` id."""
    return next((a for a in links(text) if stands_for_account(a)), None) or _known(text, known)


def short_of(key: str) -> str:
    """`006…QwErT`, as our notes name an account; of another CRM a few letters for its link, which may spell a name."""
    return f"{key[:3]}…{key[-5:]}" if re.fullmatch(r"[A-Za-z0-9]{15}", key) else f"CRM…{hidden(key)[:5]}"


def hidden(key: str) -> str:
    """Letters that stand for a key."""
    return sha256(key.encode()).hexdigest()[:15]


def short_in(text: str) -> str | None:
    """The account that a text names as our notes do: only a request that has it knows which that is."""
    found = _SHORT.search(text)
    return f"{found[1]}…{found[2]}" if found else None


def crm_links(text: str, known: frozenset[str] = frozenset()) -> Iterator[Account]:
    """The links of a text that lead to an account wherever they stand: into a CRM, or to a `known` account."""
    return (a for a in links(text) if a.kind is not AccountKind.OTHER or a.key in known or _is_crm(a.link or ""))


def links(text: str) -> Iterator[Account]:
    """Every web address of a text, as an account."""
    return (_account(found[0].rstrip(".,;:!?*_~")) for found in _URL.finditer(text))


def stands_for_account(account: Account) -> bool:
    """Whether a link can be an account: not an issue, not a front page, nor what is no account in Salesforce."""
    if account.kind is not AccountKind.OTHER:
        return True
    return not _NO_ACCOUNTS.search(account.key) and not _at(account.key, _SALESFORCE)


def says_name(text: str) -> bool:
    """Whether something that may be a customer's name was typed with, or in place of, a link."""
    bare = _URL.sub(" ", _NAMED_LINK.sub(lambda m: f" {'' if _URL.match(m[1]) else m[1]} ", text))
    words = (word.casefold() for word in re.findall(r"[^\W_]{2,}", _ID.sub(" ", _SHORT.sub(" ", bare))))
    return any(not word.isdigit() and word not in _SAYS_NO_NAME for word in words)


def named_links(text: str, known: frozenset[str] = frozenset()) -> Iterator[str]:
    """The words of links that lead to an account."""
    return (m[1] for m in _NAMED_LINK.finditer(text) if next(crm_links(m[2], known), None))


def around_link(text: str) -> tuple[str, str, str] | None:
    """A text before its first link, that link, and after it. What a comma parts from a link is no more of it."""
    every = [found for pattern in (_NAMED_LINK, _URL) if (found := pattern.search(text))]
    if not every:
        return None
    found = min(every, key=lambda f: f.start())
    end = found.end() if found.re is _NAMED_LINK else found.start() + len(found[0].split(",")[0].rstrip(".;:!?*_~"))
    return text[: found.start()], text[found.start() : end], text[end:]


def link_ends(text: str, at: int) -> int | None:
    """Where the link ends that begins there, with its words; None where none does."""
    found = _NAMED_LINK.match(text, at) or _URL.match(text, at)
    return found.end() if found else None


def without_links(text: str) -> str:
    """A text without its links and their words: the words may be a customer's name."""
    return " ".join(_URL.sub("", _NAMED_LINK.sub("", text)).split())


def _account(link: str) -> Account:
    key = re.split(r"[?#]", link, maxsplit=1)[0].rstrip("/") + _told_behind(link)
    host = _HOST.match(key)
    if host:
        key = key[: host.end()].lower() + key[host.end() :]
    found = _ID.search(link, host.end()) if host and _at(link, _SALESFORCE) else None
    if found is None:
        return Account(key, AccountKind.OTHER, link)
    kind = AccountKind.ACCOUNT if found[0].startswith("001") else AccountKind.OPPORTUNITY
    return Account(found[0][:15], kind, link)


def _told_behind(link: str) -> str:
    """Where a CRM names the account behind the path: Dynamics in `id=`, SugarCRM in the fragment."""
    if _at(link, (".dynamics.com",)) and (found := _DYNAMICS_ID.search(link)):
        return f"?id={found[1].lower()}"
    if _at(link, (".sugarcrm.com",)) and (found := _SUGAR_ID.search(link)):
        return f"/#{found[1]}"
    return ""


def _known(text: str, known: frozenset[str]) -> Account | None:
    """The account of a bare id: only the account book can tell that it is one."""
    for word in (text.strip(), *text.split()[:20]):
        key = key_of(word.strip(".,;:!?*_`()"))
        if key in known:
            kind = AccountKind.OTHER
            if _ID.fullmatch(key):
                kind = AccountKind.ACCOUNT if key.startswith("001") else AccountKind.OPPORTUNITY
            return Account(key, kind)
    return None


def _is_crm(link: str) -> bool:
    return _at(link, _OTHER_CRMS) and not _NO_ACCOUNTS.search(link)


def _at(link: str, hosts: tuple[str, ...]) -> bool:
    host = _HOST.match(link)
    return host is not None and f".{host[1].lower()}".endswith(hosts)
