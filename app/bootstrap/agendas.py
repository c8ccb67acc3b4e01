"""Joins the parts that run the program's meetings."""

from pathlib import Path

from app.domain.agendas.kinds import KINDS
from app.gateways.gitlab_connect import GitLab
from app.gateways.history_cache import HistoryCache
from app.gateways.templates import Templates
from app.services.agendas import Agendas
from app.services.compose import Compose
from app.services.decisions import Decisions
from app.services.documents import Documents
from app.services.due import DueNow
from app.services.gathering import Gathering
from app.services.heed import Heed
from app.services.ports import Journal
from app.services.reconcile import Reconciler


def due_now(doors: GitLab, judge: Reconciler, words: Templates, journal: Journal, caches: Path) -> DueNow:
    """Join them. `judge` knows who we are and the program; `caches` is the folder of what can be read anew."""
    identity, taxonomy, program = judge.identity, judge.taxonomy, judge.program
    histories = HistoryCache(doors.reader.label_events, caches, identity.instance, taxonomy)
    gathering = Gathering(doors.lister, doors.boards, doors.reader, histories, identity, taxonomy, program, judge.book)
    documents = Documents(doors.documents, words, identity)
    decisions = Decisions(
        doors.reader, doors.lister, doors.writer, words, journal, identity, taxonomy, program, judge.book
    )
    heed = Heed(doors.documents, doors.reader, doors.writer, words, journal, decisions, identity, program)
    compose = Compose(gathering, words, KINDS)
    agendas = Agendas(documents, doors.documents, compose, heed, decisions, journal, identity, taxonomy, program)
    return DueNow(doors.documents, agendas, identity, taxonomy, program)
