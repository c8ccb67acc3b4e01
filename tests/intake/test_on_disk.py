"""Letterbox and inbox together, on a disk that is full for a while."""

from datetime import timedelta
from pathlib import Path

from app.domain.inbox import InboxRules
from app.domain.issue import Ref
from app.domain.subject import Request
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
