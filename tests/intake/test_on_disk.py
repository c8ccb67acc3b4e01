"""Letterbox and inbox together, on a disk that is full for a while, and in a folder that is deleted."""

import logging
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.inbox import InboxRules
from app.domain.issue import Ref
from app.domain.subject import Request
from app.entrypoints.health import Readiness
from app.gateways.inbox_sqlite import SqliteInbox
from tests.inbox.disk import no_room_on_disk
from tests.intake.letters import NOW, PAYLOADS, Post, headers

BODY = PAYLOADS["issue_open_by_sa"]


def test_a_full_disk_is_answered_with_503_and_passes(tmp_path: Path) -> None:
    path = tmp_path / "inbox.sqlite3"
    inbox, post = SqliteInbox(path, InboxRules(quiet=timedelta(0))), Post()
    post.accept = inbox.accept  # type: ignore[method-assign]
    post.__post_init__()
    assert post.send(BODY, headers(BODY, "d1")) == (200, {"accepted": True})
    with no_room_on_disk(path):
        assert post.send(BODY, headers(BODY, "d2")) == (503, None)
    assert post.send(BODY, headers(BODY, "d2")) == (200, {"accepted": True})
    claim = inbox.claim(NOW)
    inbox.close()
    assert claim is not None
    assert (claim.subject, claim.deliveries) == (Request(Ref("sme/customer-feedback", 17)), ("d1", "d2"))


def test_a_folder_that_is_deleted_under_the_service_is_answered_with_503_and_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The open file would take deliveries in for ever, where nobody finds them."""
    path = tmp_path / "kept" / "inbox.sqlite3"
    inbox, post = SqliteInbox(path, InboxRules(quiet=timedelta(0))), Post()
    post.accept = inbox.accept  # type: ignore[method-assign]
    post.__post_init__()
    shutil.rmtree(path.parent)
    assert post.send(BODY, headers(BODY, "d1")) == (503, None)
    readiness = Readiness({"inbox": inbox.check}, lambda: NOW, logging.getLogger("tests.health"))
    assert readiness.failing() == ("inbox",)
    inbox.close()
    told = f"{path} is gone; start the service again, then sweep"
    assert caplog.messages == [
        f"a delivery could not be kept; the next sweep will find what it was about: {told}",
        f"not ready, inbox: {told}",
    ]
