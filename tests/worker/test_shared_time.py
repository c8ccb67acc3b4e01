"""Whoever shares an inbox goes by one clock, also in what is judged."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import create_autospec

from app.bootstrap import Service
from app.domain.issue import Ref
from app.domain.subject import Request
from app.services.attend import Attend
from app.services.inbox_port import Inbox

CARD = Request(Ref("sme/feedback", 17))


def test_a_card_is_judged_by_the_time_of_all_and_not_of_this_machine() -> None:
    inbox, attend = create_autospec(Inbox), create_autospec(Attend, instance=True)
    inbox.ahead.return_value = timedelta(hours=1)
    nothing: Any = None
    service = Service(nothing, nothing, nothing, inbox, nothing, nothing, nothing, _attend=attend)
    before = datetime.now(UTC) + timedelta(hours=1)
    service.run(CARD, ("d1",))
    _, _, now = attend.call_args.args
    assert before <= now <= datetime.now(UTC) + timedelta(hours=1)
