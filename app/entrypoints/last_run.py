"""What a scheduled job leaves on the operator issue when it ends, for `status` and `/metrics` to see."""

from app import bootstrap
from app.domain.failure import Permanent, Temporary
from app.domain.program import Job
from app.domain.watched import job_ran
from app.services.operator import OperatorIssue


def left_word(operator: OperatorIssue, job: Job, seen: int, failed: int) -> str | None:
    """Change the job's note there; a sentence for the log where that could not be done. What was done is done."""
    try:
        operator.tell(job_ran(job.value, bootstrap.utc_now(), seen, failed))
    except (Temporary, Permanent) as problem:
        return f"{operator.issue} could not be told of this run: {problem}"
    return None
