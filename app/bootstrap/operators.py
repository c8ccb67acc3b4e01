"""Joins the parts that an operator has: plan, apply, and what is looked at with an operator's token."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from app.bootstrap import VERSION, account_book, configuration, gitlab, utc_now, wording
from app.domain.in_flight import Revision
from app.domain.provision import Change, Kind
from app.domain.provision_hooks import HookKeys
from app.gateways.config_history import configuration_at
from app.gateways.config_load import Configuration
from app.gateways.gitlab_backend import Again
from app.gateways.gitlab_connect import GitLab, connect
from app.services.check_online import CheckOnline
from app.services.in_flight import RequestsInFlight
from app.services.provision import Part, Provisioning
from app.services.provision_boards import ProvisionBoards
from app.services.provision_documents import ProvisionDocuments
from app.services.provision_hooks import ProvisionHooks
from app.services.provision_labels import ProvisionLabels
from app.services.provision_schedules import ProvisionSchedules
from app.services.provision_templates import ProvisionTemplates
from app.services.provision_variables import ProvisionVariables
from app.settings import OperatorSettings, Settings

STUMBLING = Again((1.0, 3.0))
"""Who plans has read much when one answer is a 500; the service needs no such thing, as it comes again by itself."""


@contextmanager
def checking(settings: Settings) -> Iterator[CheckOnline]:
    """The check of the installation."""
    configured = configuration(settings)
    with gitlab(settings) as doors, ExitStack() as apart:
        operator = apart.enter_context(operating(settings)).about if settings.operator_token else None
        today = utc_now().date()
        book = account_book(settings, configured)
        yield CheckOnline(doors.about, operator, doors.reader, configured.taxonomy, configured.program, today, book)


@contextmanager
def provisioning(
    settings: OperatorSettings, configured: Configuration, only: Sequence[Kind] = (), *, deletes: bool = False
) -> Iterator[Provisioning]:
    """Plan and apply of these kinds, or of all, with the operator's token. Calls nothing yet.

    With `deletes`, what is out of use may be taken away; how many, is a limit of the plan.
    """
    with _as_operator(settings) as doors:
        parts = [part for part in _parts(settings, configured, doors, deletes) if not only or part.kind in only]
        yield Provisioning(parts, configured.version)


def _parts(
    settings: OperatorSettings,
    configured: Configuration,
    doors: GitLab,
    deletes: bool,
) -> list[Part[Any]]:
    """Every kind of thing that the program owns in GitLab, each once."""
    taxonomy, program, places = configured.taxonomy, configured.program, configured.places
    keys = HookKeys(settings.secrets("webhook_signing_token"), settings.secrets("webhook_secret"))
    labels = ProvisionLabels(doors.labels, taxonomy, program, places, utc_now().date(), deletes=deletes)
    return [
        labels,
        ProvisionBoards(doors.boards, labels, taxonomy, program, places, deletes=deletes),
        ProvisionTemplates(doors.templates, wording(settings.config_dir), taxonomy, program, places),
        ProvisionDocuments(doors.documents, taxonomy, program, places),
        ProvisionHooks(doors.hooks, program, keys, places),
        ProvisionSchedules(doors.schedules, doors.about, program, places),
        ProvisionVariables(doors.variables, program, places),
    ]


def _as_operator(settings: OperatorSettings) -> GitLab:
    """The doors with the operator's token, or the service's where there is no other."""
    apart = settings.operator_token is not None
    return connect(settings.gitlab_url, settings.token, version=VERSION, reading=STUMBLING, operator=apart)


@contextmanager
def operating(settings: OperatorSettings) -> Iterator[GitLab]:
    """The doors to GitLab with the operator's token, for what is neither planned nor judged. Calls nothing yet."""
    with _as_operator(settings) as doors:
        yield doors


def in_flight(settings: OperatorSettings, configured: Configuration, revision: str) -> tuple[Change, ...] | None:
    """What the configuration changes for open requests since a git revision; None where it had no configuration.

    Raises ConfigInvalid where that one cannot be read, Temporary and Permanent where GitLab cannot.
    """
    before = configuration_at(settings.config_dir, revision)
    if before is None:
        return None
    program = configured.program
    compared = Revision(revision, before.taxonomy, configured.taxonomy, program, utc_now())
    with _as_operator(settings) as doors:
        projects = [project.path for project in program.projects]
        return RequestsInFlight(doors.lister, doors.reader, projects, configured.places).changes(compared)
