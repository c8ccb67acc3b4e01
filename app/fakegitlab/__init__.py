"""A small world with GitLab's rules: state, REST v4 over it, webhooks out and a board page.

It imports nothing of the house. Each rule ends in a mark: where it is from and how certain that is.
"""

from app.fakegitlab.faults import Fault, Faults
from app.fakegitlab.refusal import Refused
from app.fakegitlab.server import FakeGitLab
from app.fakegitlab.web import create_app
from app.fakegitlab.world import World

__all__ = ["FakeGitLab", "Fault", "Faults", "Refused", "World", "create_app"]
