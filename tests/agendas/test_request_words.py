"""The one sentence that customers may hear goes from the PM review's agenda to whoever tells them (S180)."""

from dataclasses import replace

from app.domain.agendas.request_words import customer_safe, sentence_key
from app.domain.cadence import MeetingKind
from app.domain.managed_lines import slot
from app.domain.numbers import Amounts
from app.domain.picture import Picture
from tests.agendas.pictures import NOW, card, comment, customer, detail, picture, sheet

DONE = card(352, ("new", "2025-12-01"), ("resolved", "2026-03-02"))
ON_THE_REQUEST = comment("Customer-safe: It works offline since the last release.", "pm.ai", "2026-03-02")


def after_a_review(written: str, *, told: bool = True, let: bool = True, **options: object) -> Picture:
    """A Corner after a PM review in whose agenda somebody wrote this, and the PM let it pass."""
    request = detail(DONE, customer(1), *([ON_THE_REQUEST] if told else []))
    found = picture(MeetingKind.CORNER, request, region="apac", **options)  # type: ignore[arg-type]
    row = f"| sme/customer-feedback#352+ | {slot(sentence_key(DONE))} | 1 |".replace("_(to write)_", written)
    review = picture(MeetingKind.PM_REVIEW, area="ai", now=NOW).meeting
    agenda = sheet(review, 380, f"| request | sentence |\n|---|---|\n{row}")
    passed = {sentence_key(DONE): written} if let and not written.startswith("_") else {}
    return replace(found, held=(*found.held, replace(agenda, sentences=passed)))


def test_what_the_pm_wrote_in_the_review_counts_before_what_the_request_tells() -> None:
    assert customer_safe(after_a_review("Self-hosted models work now."), DONE) == "Self-hosted models work now."


def test_what_the_pm_did_not_let_pass_is_passed_on_to_nobody() -> None:
    assert customer_safe(after_a_review("It is free, we promise.", told=False, let=False), DONE) is None


def test_what_nobody_wrote_is_taken_from_the_request() -> None:
    assert customer_safe(after_a_review("_(to write)_"), DONE) == "It works offline since the last release."
    assert customer_safe(after_a_review("_(to write)_", told=False), DONE) is None


def test_a_sum_is_passed_on_only_where_amounts_may_be_read() -> None:
    assert customer_safe(after_a_review("It saves you 120k USD.", told=False), DONE) is None
    inline = after_a_review("It saves you 120k USD.", told=False, amounts=Amounts.INLINE)
    assert customer_safe(inline, DONE) == "It saves you 120k USD."


def test_a_confidential_request_has_no_sentence_elsewhere() -> None:
    hidden = replace(DONE, issue=replace(DONE.issue, confidential=True))
    assert customer_safe(after_a_review("Self-hosted models work now."), hidden) is None
