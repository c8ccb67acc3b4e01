"""Group commit: who waits together is written together, and nobody waits for ever."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from app.domain.failure import Temporary
from app.domain.inbox import Arrival, Receipt
from app.domain.intake import Batch
from app.gateways.inbox_intake import Intake
from tests.inbox.contract import CARD, T0

WISH = (Arrival(CARD), T0)


class SlowDisk:
    """Writes the first batch only when told to."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self, batch: Batch) -> Sequence[Receipt]:
        self.sizes.append(len(batch))
        self.begun.set()
        assert self.go_on.wait(20)
        return [Receipt.ACCEPTED] * len(batch)


def test_what_comes_during_a_commit_is_written_by_the_next_all_together() -> None:
    disk = SlowDisk()
    intake = Intake(disk)

    async def send() -> list[Receipt]:
        first = asyncio.create_task(intake.accept(WISH))
        await asyncio.to_thread(disk.begun.wait)
        others = [asyncio.create_task(intake.accept(WISH)) for _ in range(31)]
        await asyncio.sleep(0)
        disk.go_on.set()
        return [await task for task in (first, *others)]

    assert asyncio.run(send()) == [Receipt.ACCEPTED] * 32
    intake.close()
    assert disk.sizes == [1, 31]


def test_a_sender_that_went_away_does_not_stop_the_others() -> None:
    disk = SlowDisk()
    intake = Intake(disk)

    async def go_away() -> None:
        waiting = asyncio.create_task(intake.accept(WISH))
        await asyncio.to_thread(disk.begun.wait)
        waiting.cancel()

    asyncio.run(go_away())
    disk.go_on.set()
    assert intake.put(WISH) is Receipt.ACCEPTED
    intake.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_if_the_writer_ends_nobody_is_left_waiting() -> None:
    def stumble(batch: Batch) -> Sequence[Receipt]:
        raise ZeroDivisionError

    intake = Intake(stumble)
    with pytest.raises(Temporary) as refusal:
        intake.put(WISH)
    assert str(refusal.value) == "the inbox has stopped taking things in"
    with pytest.raises(Temporary) as refusal:
        intake.put(WISH)
    assert str(refusal.value) == "the inbox is closed"
    intake.close()
