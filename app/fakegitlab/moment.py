"""Instants as GitLab keeps and writes them: UTC, milliseconds, `Z`."""

from datetime import UTC, date, datetime

from app.fakegitlab.refusal import bad_parameter


def trimmed(moment: datetime) -> datetime:
    """The instant in UTC, cut to milliseconds."""
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def stamp(moment: datetime) -> str:
    """`2026-09-14T09:15:27.412Z`, as the REST API and today's webhooks write it (CONTRACT 1, sure)."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def stamp_or_none(moment: datetime | None) -> str | None:
    """As `stamp`, for fields that may be empty."""
    return None if moment is None else stamp(moment)


def read_moment(text: str, parameter: str) -> datetime:
    """An ISO 8601 parameter; raises Refused 400 as GitLab's parameter layer does."""
    try:
        moment = datetime.fromisoformat(text)
        return trimmed(moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment)
    except (ValueError, OverflowError):
        raise bad_parameter(f"{parameter} is invalid") from None


def read_day(text: str, parameter: str) -> date | None:
    """A `YYYY-MM-DD` parameter, empty for none; raises Refused 400."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise bad_parameter(f"{parameter} is invalid") from None
