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


def test_what_its_sender_no_longer_waits_for_is_refused_and_not_piled_up() -> None:
    """A database stood still; GitLab counts as failed what was not answered in ten seconds."""
    disk, clock = SlowDisk(), [0.0]
    intake = Intake(disk, lambda: clock[0])

    async def send() -> list[Receipt | BaseException]:
        first = asyncio.create_task(intake.accept(WISH))
        await asyncio.to_thread(disk.begun.wait)
        late = asyncio.create_task(intake.accept(WISH))
        await asyncio.sleep(0)
        clock[0] = 11.0
        fresh = asyncio.create_task(intake.accept(WISH))
        await asyncio.sleep(0)
        disk.go_on.set()
        return list(await asyncio.gather(first, late, fresh, return_exceptions=True))

    first, late, fresh = asyncio.run(send())
    intake.close()
    assert (first, fresh, disk.sizes) == (Receipt.ACCEPTED, Receipt.ACCEPTED, [1, 1])
    assert isinstance(late, Temporary)
    assert str(late) == "it took too long to keep it"
