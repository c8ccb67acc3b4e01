"""Joins the parts of the house, once. Whoever needs a part asks here; no part makes another.

The parts that only an operator has are joined in `operators`.
"""

import importlib.metadata
import logging
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.bootstrap import kept
from app.bootstrap.agendas import due_now
from app.domain import subject as subjects
from app.domain.account_book import AccountBook
from app.domain.failure import Temporary
from app.domain.inbox import Arrival, InboxRules, Receipt
from app.domain.ours import WAITING
from app.domain.subject import Priority, Subject
from app.domain.taxonomy import Taxonomy
from app.domain.voice import Bot, Identity
from app.domain.watched import Facts
from app.domain.webhook_signature import WebhookKeys, webhook_keys
from app.gateways.account_book_csv import read_account_book
from app.gateways.config_errors import ConfigError
from app.gateways.config_load import TAXONOMY, Configuration, load
from app.gateways.config_mentions import mentions
from app.gateways.gitlab_budget import Budget
from app.gateways.gitlab_connect import GitLab, connect
from app.gateways.journal_counted import CountedJournal
from app.gateways.journal_none import NoJournal
from app.gateways.templates import Templates
from app.gateways.traces import Traces
from app.services.attend import Attend
from app.services.due import DueNow
from app.services.errands import Errands
from app.services.inbox_port import Inbox
from app.services.likeness import Likeness
from app.services.operator import OperatorIssue
from app.services.ports import Journal
from app.services.reconcile import Reconciler
from app.services.reversals import NoticesReversals
from app.services.score import Score
from app.services.sweep import Sweep
from app.services.top_requests import TopRequests
from app.services.watch import Watch
from app.settings import OperatorSettings, Settings, SettingsInvalid

log = logging.getLogger(__name__)

VERSION = importlib.metadata.version("sounding-board")


def _shipped() -> Path:
    """Beside the program in a clone; an installed wheel puts its files where the installation keeps data."""
    beside = Path(__file__).parents[2]
    if (beside / TAXONOMY).is_file():
        return beside
    installed = importlib.metadata.files("sounding-board") or []
    return next(Path(str(file.locate())).resolve().parent for file in installed if file.name == TAXONOMY)


SHIPPED = _shipped()
"""Where the shipped configuration, templates and components are, for an installation that has none of its own."""

JOURNAL_KEPT = timedelta(days=180)
"""Two quarters: long enough for the question why a card moved, short enough for the disk."""

IDLE_FOR = timedelta(seconds=10)
"""A card with less time than this to its next look is still at work; longer waits are timers."""

FIRST_ROUND = timedelta(minutes=1)
"""After a start, what has gathered goes before the watch over ourselves."""


def utc_now() -> datetime:
    """The one clock of the house."""
    return datetime.now(UTC)


def configuration(settings: OperatorSettings) -> Configuration:
    """The program as code. Raises ConfigInvalid."""
    return load(settings.config_dir)


def wording(config_dir: Path) -> Templates:
    """The sentences: an installation's own, and the shipped ones for the rest."""
    return Templates(_template_directories(config_dir))


def mistakes(config_dir: Path) -> Iterator[ConfigError]:
    """What no template may have, and mentions of labels that there are not, in all that speaks of labels."""
    yield from wording(config_dir).mistakes()
    yield from mentions(config_dir, _template_directories(config_dir))


def _template_directories(config_dir: Path) -> list[Path]:
    return [config_dir / "templates", SHIPPED / "templates"]


@dataclass(frozen=True, slots=True)
class Rules:
    """The parts that judge requests: one connection to GitLab, the journal, the reconciler, the sweep, the agendas."""

    gitlab: GitLab
    journal: Journal
    operator: OperatorIssue
    reconciler: Reconciler
    sweep: Sweep
    due: DueNow


def rules(
    settings: Settings,
    configured: Configuration,
    gitlab: GitLab,
    journal: Journal,
    book: AccountBook | None = None,
    words: Templates | None = None,
) -> Rules:
    """Join them; account book and templates are read where they are not given. Asks GitLab who we are (one call), so it
    raises Temporary while GitLab is down.
    """
    me = gitlab.about.whoami()
    bot = Bot(me.id, me.username, settings.retired_bot_ids - {me.id})
    keys = tuple(key.encode() for key in settings.secrets("signing_key"))
    identity = Identity(settings.gitlab_url, bot, keys)
    words = words or wording(settings.config_dir)
    program, taxonomy = configured.program, configured.taxonomy
    operator = OperatorIssue(gitlab.reader, gitlab.writer, words, identity, program.operator_issue, journal)
    book = book or account_book(settings, configured)
    likeness = Likeness(gitlab.lister, taxonomy, program)
    errands = Errands(gitlab.reader, gitlab.writer, gitlab.documents, words, identity, taxonomy, program)
    reconciler = Reconciler(
        gitlab.reader, gitlab.writer, words, journal, operator, taxonomy, program, identity, likeness, errands, book
    )
    projects = tuple(project.path for project in program.projects)
    sweep = Sweep(gitlab.lister, reconciler, operator, projects, _known(taxonomy, WAITING))
    due = due_now(gitlab, reconciler, words, journal, settings.caches)
    return Rules(gitlab, journal, operator, reconciler, sweep, due)


def _known(taxonomy: Taxonomy, titles: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(title for title in titles if title in taxonomy.titles)


@contextmanager
def judging(settings: Settings, configured: Configuration | None = None, *, remembers: bool = True) -> Iterator[Rules]:
    """The parts that judge, for a command that ends: a sweep, an explanation. What only shows `remembers` nothing."""
    configured = configured or configuration(settings)
    with _gitlab(settings) as doors, _journal(settings, remembers=remembers) as journal:
        yield rules(settings, configured, doors, journal)


def account_book(settings: Settings, configured: Configuration) -> AccountBook:
    """The account book, empty where none is set. Raises ConfigInvalid with every bad row."""
    numbers = configured.taxonomy.numbers
    if settings.account_book is None:
        return AccountBook({}, numbers.currency)
    return read_account_book(settings.account_book, numbers.currency, tuple(numbers.tiers))


@dataclass(frozen=True, slots=True)
class Scorer:
    """The parts of `score`."""

    score: Score
    top_requests: TopRequests
    operator: OperatorIssue


def scorer(settings: Settings, configured: Configuration, gitlab: GitLab, journal: Journal) -> Scorer:
    """Join them. Asks GitLab who we are: one call."""
    joined = rules(settings, configured, gitlab, journal)
    identity, words = joined.reconciler.identity, joined.reconciler.wording
    taxonomy, program = configured.taxonomy, configured.program
    book = joined.reconciler.book
    score = Score(gitlab.lister, gitlab.reader, gitlab.writer, words, journal, identity, taxonomy, program, book)
    top_requests = TopRequests(gitlab.documents, words, identity, taxonomy, program)
    return Scorer(score, top_requests, joined.operator)


@contextmanager
def scoring(settings: Settings, configured: Configuration | None = None, *, remembers: bool) -> Iterator[Scorer]:
    """The parts of `score`, for a command that ends. What only shows `remembers` nothing."""
    configured = configured or configuration(settings)
    with _gitlab(settings) as doors, _journal(settings, remembers=remembers) as journal:
        yield scorer(settings, configured, doors, journal)


@contextmanager
def _journal(settings: Settings, *, remembers: bool) -> Iterator[Journal]:
    if not remembers:
        yield NoJournal()
        return
    try:
        journal = kept.journal(settings)
    except Temporary as failure:
        # Nothing that is decided hangs on it: a job that has another machine's database must not wait for it.
        log.warning("the journal cannot be written, so this goes on without it: %s", failure)
        yield NoJournal()
        return
    try:
        yield journal
    finally:
        journal.close()


def gitlab(settings: Settings, budget: Budget | None = None, traces: Traces | None = None) -> GitLab:
    """The doors to GitLab, with a budget of their own if none is given. Calls nothing yet."""
    token = settings.gitlab_token.get_secret_value()
    return connect(settings.gitlab_url, token, budget, version=VERSION, traces=traces)


@contextmanager
def _gitlab(settings: Settings) -> Iterator[GitLab]:
    """The doors, with the budget that all who use the database share."""
    with kept.budget(settings) as budget, gitlab(settings, budget) as doors:
        yield doors


@dataclass(slots=True)
class Service:
    """What a running service is made of. GitLab is asked who we are at the first run, not at the start: deliveries
    are taken in while GitLab is down.
    """

    settings: Settings
    configured: Configuration
    doors: GitLab
    inbox: Inbox
    journal: CountedJournal
    book: AccountBook
    words: Templates
    shared: ExitStack = field(default_factory=ExitStack)
    traces: Traces = field(default_factory=Traces)
    _attend: Attend | None = None
    _operator: OperatorIssue | None = None
    _once: threading.Lock = field(default_factory=threading.Lock)

    def run(self, subject: Subject, deliveries: tuple[str, ...]) -> datetime | None:
        """Attend to one subject; returns when to look again."""
        with self.traces.failures():
            return self._joined()(subject, deliveries, self.now())

    def operator(self) -> OperatorIssue:
        """The operator issue of the configuration in force. Raises Temporary while GitLab is down."""
        self._joined()
        operator = self._operator
        assert operator is not None
        return operator

    def _joined(self) -> Attend:
        with self._once:
            if self._attend is None:
                joined = rules(self.settings, self.configured, self.doors, self.journal, self.book, self.words)
                notices = NoticesReversals(joined.reconciler, self.journal, joined.reconciler.identity.bot)
                self._operator = joined.operator
                self._attend = Attend(
                    notices, joined.operator, joined.due, self._watch_of(joined), self.settings.paused
                )
            return self._attend

    def _watch_of(self, joined: Rules) -> Watch:
        doors, program, waits = self.doors, self.configured.program, joined.sweep.waits
        return Watch(doors.about, doors.hooks, doors.lister, joined.operator, program, waits, self.settings.paused)

    def facts(self) -> Facts | None:
        """What the last round of the watch saw, where this process did it."""
        attend = self._attend
        return attend.watch.seen if attend else None

    def change(self, configured: Configuration, book: AccountBook, words: Templates) -> None:
        """Go on with another configuration, other accounts and other words; runs at hand end with theirs."""
        with self._once:
            self.configured, self.book, self.words, self._attend = configured, book, words, None

    def holds_requests(self, path: str) -> bool:
        """Whether issues of the project with this path are requests, by the configuration in force."""
        return self.configured.program.holds_requests(path)

    def tidy(self, now: datetime) -> None:
        """Forget old deliveries and journal lines, and see that the watch goes on; of several replicas, one does."""
        self.inbox.put(Arrival(subjects.Watch(), Priority.TIMER, not_before=now + FIRST_ROUND), now)
        self.inbox.tidy(now)
        self.journal.prune(now, JOURNAL_KEPT)

    async def accept(self, arrival: Arrival, now: datetime) -> Receipt:
        """Take in an arrival of this machine's time, with the trace of who brings it; returns when it is on disk."""
        return await self.inbox.accept(replace(arrival, trace=self.traces.carried()), now + self.inbox.ahead())

    def now(self) -> datetime:
        """The time by the clock of all who share the inbox."""
        return utc_now() + self.inbox.ahead()

    def idle(self) -> bool:
        """Whether nothing runs, and nothing waits but timers for later."""
        due = self.inbox.next_due()
        return self.inbox.counts().running == 0 and (due is None or due > self.now() + IDLE_FOR)

    def close(self) -> None:
        """Let go of files and connections."""
        self.inbox.close()
        self.journal.close()
        self.doors.close()
        self.shared.close()


def inbox_rules(settings: Settings) -> InboxRules:
    """How patient the inbox of this installation is."""
    return InboxRules(quiet=timedelta(seconds=settings.quiet_seconds))


def service(
    settings: Settings, configured: Configuration, inbox_rules: InboxRules, traces: Traces | None = None
) -> Service:
    """Open inbox, journal and GitLab's doors. Raises ConfigInvalid for a bad account book; Permanent when another
    process has the inbox, or nobody can.
    """
    book, words = account_book(settings, configured), wording(settings.config_dir)
    inbox = kept.inbox(settings, inbox_rules)
    try:
        journal = CountedJournal(kept.journal(settings))
    except BaseException:
        inbox.close()
        raise
    shared = ExitStack()
    budget = shared.enter_context(kept.budget(settings))
    traces = traces or Traces()
    doors = gitlab(settings, budget, traces)
    doors.line.held = inbox.held
    return Service(settings, configured, doors, inbox, journal, book, words, shared, traces)


def letterbox_keys(settings: Settings) -> WebhookKeys:
    """What deliveries must show. Raises SettingsInvalid where nothing, or nothing usable, is set."""
    try:
        return webhook_keys(settings.secrets("webhook_signing_token"), settings.secrets("webhook_secret"))
    except ValueError as problem:
        raise SettingsInvalid(
            f"SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN, SOUNDING_BOARD_WEBHOOK_SECRET: {problem}."
        ) from problem
