"""Label events are kept between runs, and nothing is lost with them but time."""

import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

import pytest
from inline_snapshot import snapshot

from app.domain.failure import Missing, Temporary
from app.domain.issue import Issue, LabelEvent, Ref, User
from app.domain.taxonomy import Taxonomy
from app.gateways import history_cache
from app.gateways.history_cache import HistoryCache
from tests.rules.world import shipped

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
KEN = User(11, "sme.ken")
TAXONOMY = shipped().taxonomy
URL = "https://gitlab.example.com"


def issue(number: int, updated: datetime = MONDAY) -> Issue:
    ref = Ref("sme/feedback", number)
    return Issue(ref, 1000 + number, 4, "Export for Contoso", "", frozenset(), "opened", KEN, (), MONDAY, updated)


def moved(number: int, title: str = "status::new") -> LabelEvent:
    return LabelEvent(number, KEN, MONDAY, title, "add")


@dataclass
class GitLab:
    """Tells of each issue what it was given; counts. `broken` fails from so many reads on."""

    told: dict[int, tuple[LabelEvent, ...]] = field(default_factory=dict)
    broken: int = 10_000
    reads: list[int] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, ref: Ref) -> tuple[LabelEvent, ...]:
        with self._lock:
            self.reads.append(ref.iid)
            if len(self.reads) > self.broken:
                raise Temporary("GitLab is down.")
        if ref.iid not in self.told:
            raise Missing(f"{ref} is gone.")
        return self.told[ref.iid]

    def count(self) -> int:
        """Reads since the last look."""
        made, self.reads = len(self.reads), []
        return made


Opened = Callable[..., HistoryCache]


@pytest.fixture
def gitlab() -> GitLab:
    return GitLab({number: (moved(number),) for number in range(1, 41)})


@pytest.fixture
def opened(gitlab: GitLab, tmp_path: Path) -> Opened:
    """Another run over the same folder."""

    def run(url: str = URL, taxonomy: Taxonomy = TAXONOMY) -> HistoryCache:
        return HistoryCache(gitlab, tmp_path, url, taxonomy)

    return run


def test_what_did_not_change_is_not_read_again(opened: Opened, gitlab: GitLab) -> None:
    issues = [issue(number) for number in range(1, 41)]
    cold = opened().events(issues, MONDAY)
    assert gitlab.count() == 40
    assert opened().events(issues, MONDAY) == cold == {one.ref: (moved(one.ref.iid),) for one in issues}
    assert gitlab.count() == 0


def test_what_changed_is_read_again_alone(opened: Opened, gitlab: GitLab) -> None:
    issues = [issue(number) for number in range(1, 41)]
    opened().events(issues, MONDAY)
    gitlab.count()
    later = moved(99, "status::reviewed")
    gitlab.told[7] += (later,)
    issues[6] = issue(7, MONDAY + DAY)
    assert opened().events(issues, MONDAY)[Ref("sme/feedback", 7)] == (moved(7), later)
    assert gitlab.reads == [7]


def test_the_file_holds_numbers_times_handles_and_our_own_titles_only(
    opened: Opened, gitlab: GitLab, tmp_path: Path
) -> None:
    """The issue's title and the label `customer::contoso` are nowhere in it."""
    forgotten = LabelEvent(3, None, MONDAY, "area::ai", "remove")
    gitlab.told[1] = (moved(1), LabelEvent(2, KEN, MONDAY, "customer::contoso", "add"), forgotten)
    assert opened().events([issue(1)], MONDAY) == {Ref("sme/feedback", 1): (moved(1), forgotten)}
    (file,) = tmp_path.iterdir()
    assert file.name == "label-events.json"
    kept = json.loads(file.read_text())
    assert kept.pop("of")
    assert kept == snapshot(
        {
            "version": 1,
            "issues": {
                "1001": {
                    "updated_at": "2026-03-02T09:00:00Z",
                    "seen": "2026-03-02",
                    "events": [
                        [1, "2026-03-02T09:00:00Z", "add", "status::new", 11, "sme.ken"],
                        [3, "2026-03-02T09:00:00Z", "remove", "area::ai", None, None],
                    ],
                }
            },
        }
    )


def one_label_more() -> Taxonomy:
    first, *others = TAXONOMY.scopes
    return replace(TAXONOMY, scopes=(replace(first, labels=first.labels[1:]), *others))


BAD: dict[str, tuple[bytes | None, dict[str, object], str]] = {
    "cut short": (b'{"version":1,"of":"', {}, "it is no such file, or one of another version"),
    "no text": (b"\xff\xfe\x00", {}, "it is no such file, or one of another version"),
    "a later version": (b'{"version":2,"of":"a","issues":{}}', {}, "it is no such file, or one of another version"),
    "no such shape": (b'{"version":1,"of":"a","issues":[]}', {}, "it is no such file, or one of another version"),
    "nested without end": (b"[" * 100_000, {}, "it is no such file, or one of another version"),
    "another GitLab's": (None, {"url": "https://other.example.com"}, "it is of another GitLab or of other labels"),
    "of other labels": (None, {"taxonomy": one_label_more()}, "it is of another GitLab or of other labels"),
}


@pytest.mark.parametrize("story", BAD)
def test_a_file_that_cannot_be_used_costs_time_and_is_told(
    opened: Opened, gitlab: GitLab, tmp_path: Path, caplog: pytest.LogCaptureFixture, story: str
) -> None:
    content, other, why = BAD[story]
    opened().events([issue(1), issue(2)], MONDAY)
    file = tmp_path / "label-events.json"
    if content is not None:
        file.write_bytes(content)
    gitlab.count()
    found = opened(**other)
    with caplog.at_level(logging.WARNING):
        assert found.events([issue(1), issue(2)], MONDAY).keys() == {issue(1).ref, issue(2).ref}
    assert gitlab.count() == 2
    told = f"{file} is not used: {why}. Label events are read anew, a call for each request."
    assert caplog.messages == [told]
    assert opened(**other).events([issue(1)], MONDAY)
    assert gitlab.count() == 0


def test_a_first_run_is_nothing_to_speak_of(opened: Opened, caplog: pytest.LogCaptureFixture) -> None:
    opened().events([issue(1)], MONDAY)
    assert caplog.messages == []


def test_a_folder_that_cannot_be_used_costs_time_and_is_told(
    gitlab: GitLab, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "taken").write_text("a file stands where the folder should be")
    cache = HistoryCache(gitlab, tmp_path / "taken", URL, TAXONOMY)
    assert cache.events([issue(1)], MONDAY) == {issue(1).ref: (moved(1),)}
    file = tmp_path / "taken" / "label-events.json"
    assert caplog.messages == [
        f"{file} is not used: Not a directory. Label events are read anew, a call for each request.",
        f"{file} cannot be written: File exists. The next run reads label events anew.",
    ]


def test_a_disk_that_is_full_leaves_the_file_as_it_was(
    opened: Opened, gitlab: GitLab, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened().events([issue(1)], MONDAY)

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device", str(self), None, str(target))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        assert len(opened().events([issue(1), issue(2)], MONDAY)) == 2
    file = tmp_path / "label-events.json"
    assert caplog.messages == [
        f"{file} cannot be written: No space left on device. The next run reads label events anew."
    ]
    assert list(tmp_path.iterdir()) == [file]
    gitlab.count()
    opened().events([issue(1), issue(2)], MONDAY)
    assert gitlab.reads == [2]


def test_what_nobody_asks_for_is_dropped_after_five_weeks(opened: Opened, gitlab: GitLab) -> None:
    opened().events([issue(1), issue(2)], MONDAY)
    opened().events([issue(1)], MONDAY + 35 * DAY)
    opened().events([issue(1)], MONDAY + 36 * DAY)
    gitlab.count()
    opened().events([issue(1), issue(2)], MONDAY + 36 * DAY)
    assert gitlab.reads == [2]


def test_the_file_does_not_grow_without_end(opened: Opened, gitlab: GitLab, monkeypatch: pytest.MonkeyPatch) -> None:
    """This run has all it asked for; the file keeps what was asked for last."""
    monkeypatch.setattr(history_cache, "MOST_ISSUES", 3)
    opened().events([issue(1), issue(2)], MONDAY)
    assert len(opened().events([issue(number) for number in (3, 4, 5)], MONDAY + DAY)) == 3
    gitlab.count()
    assert len(opened().events([issue(number) for number in (2, 3, 4, 5)], MONDAY + DAY)) == 4
    assert gitlab.reads == [2]


def test_a_request_that_is_gone_meanwhile_is_left_out(opened: Opened, gitlab: GitLab) -> None:
    del gitlab.told[2]
    assert opened().events([issue(1), issue(2)], MONDAY).keys() == {issue(1).ref}


def test_what_was_read_before_a_failure_is_kept(opened: Opened, gitlab: GitLab) -> None:
    gitlab.broken = 20
    issues = [issue(number) for number in range(1, 41)]
    with pytest.raises(Temporary, match=r"GitLab is down\."):
        opened().events(issues, MONDAY)
    gitlab.count()
    gitlab.broken = 10_000
    assert len(opened().events(issues, MONDAY)) == 40
    assert 20 <= gitlab.count() < 40


def test_a_run_in_which_nothing_is_new_leaves_the_file_alone(opened: Opened, tmp_path: Path) -> None:
    opened().events([issue(1)], MONDAY)
    before = (tmp_path / "label-events.json").stat().st_mtime_ns
    opened().events([issue(1)], MONDAY)
    assert (tmp_path / "label-events.json").stat().st_mtime_ns == before


def test_several_threads_may_ask_at_once(opened: Opened, gitlab: GitLab, tmp_path: Path) -> None:
    cache = opened()
    issues = [issue(number) for number in range(1, 41)]
    with ThreadPoolExecutor(4) as pool:
        parts = [pool.submit(cache.events, issues[start : start + 25], MONDAY) for start in (0, 5, 10, 15)]
        found = [part.result() for part in parts]
    assert [len(one) for one in found] == [25] * 4
    gitlab.count()
    assert len(opened().events(issues, MONDAY)) == 40
    assert gitlab.count() == 0
