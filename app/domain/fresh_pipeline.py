"""A new program's `.gitlab-ci.yml`: the jobs of the shipped CI/CD components, with their inputs filled in.

A component is two YAML documents: `spec:` with its inputs, and the jobs, in which `$[[ inputs.name ]]` stands for one.
"""

import re
from collections.abc import Mapping

from app.domain.fresh_program import FreshProgram

COMPONENTS = ("plan", "apply", "sweep", "score", "due")
"""The shipped components, in the order of their jobs."""

_INPUT = re.compile(r"\$\[\[ inputs\.(\w+) \]\]")
_DEFAULT = re.compile(r"^    (\w+):\n(?:      (?!default:).*\n)*      default: (.*)$", re.MULTILINE)
_HEAD = """\
# The pipelines of {name}.
#
# On merge requests: what the change would do in GitLab, as one note on the merge request and as artifacts.
# On the default branch: apply it. By the schedules of program.yml: the sweep, which finds what webhooks missed; the
# score, which weighs the open requests against each other; and due, which runs the meetings' agendas.
#
# A plan that goes too far is refused, with the numbers. SOUNDING_BOARD_ALLOW_ISSUES and SOUNDING_BOARD_ALLOW_DELETE of
# the first two jobs lift that: change them in the merge request that needs it, and set them back after it.
#
# Add these under Settings, CI/CD, Variables, all of them masked:
#   SOUNDING_BOARD_REVIEW_TOKEN      not protected; scope api, role Developer: it reads, and writes the note
#   SOUNDING_BOARD_OPERATOR_TOKEN    protected; scope api, role Maintainer: apply
#   SOUNDING_BOARD_GITLAB_TOKEN      protected; scope api, role Planner: the service's token
#   SOUNDING_BOARD_SIGNING_KEY       protected; the key of the bot's notes, the same as the service's
{more}# and, where there is an account book, of type File and protected (a file cannot be masked; no job prints it):
#   SOUNDING_BOARD_ACCOUNT_BOOK      for the sweep, the score and due, the same as the service's

workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_PIPELINE_SOURCE == "schedule"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH

stages: [test, deploy]
"""


def pipeline_file(components: Mapping[str, str], fresh: FreshProgram) -> str:
    """The whole file; `components` are the shipped ones by name."""
    given = {"gitlab_url": fresh.gitlab} | ({"package": fresh.package} if fresh.package else {})
    jobs = [f"{filled(components[name], given).strip()}\n" for name in COMPONENTS]
    return "\n".join([_HEAD.format(name=fresh.name, more=_more(fresh)), *jobs])


def _more(fresh: FreshProgram) -> str:
    lines = []
    if fresh.service:
        lines.append("#   SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN   protected; the webhook's, the same as the service's")
    if not fresh.package:
        lines.append(
            "#   SOUNDING_BOARD_PACKAGE           what pip installs: a git+https:// address with a tag, or a wheel"
        )
    return "".join(f"{line}\n" for line in lines)


def filled(component: str, given: Mapping[str, str]) -> str:
    """The jobs of a component with these inputs, and its defaults for the others. Raises KeyError for one unknown."""
    spec, _, jobs = component.partition("\n---\n")
    inputs = {name: default.strip("\"'") for name, default in _DEFAULT.findall(spec)} | dict(given)
    return _INPUT.sub(lambda found: inputs[found[1]], jobs)
