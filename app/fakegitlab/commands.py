"""What quick actions do to an issue, as a change to be applied like any other (CONTRACT 8, documented)."""

from app.fakegitlab import command_facts, command_links, command_planning
from app.fakegitlab.command_bench import ACTIONS, Bench, Effects
from app.fakegitlab.model import Issue, User
from app.fakegitlab.quick_actions import Command
from app.fakegitlab.state import State

__all__ = ["Effects", "interpret"]
KINDS = (command_facts, command_links, command_planning)


def interpret(state: State, actor: User, issue: Issue, commands: list[Command]) -> Effects:
    """What these commands, by this person, on this issue, come to. Those not permitted do nothing.

    A command GitLab knows but the stand-in does not is recorded in `unknown_calls`, so that tests can fail on it.
    """
    bench = Bench(state, actor, issue, Effects())
    for command in commands:
        if command.name in ACTIONS:
            ACTIONS[command.name](bench, command.argument)
        else:
            state.unknown_calls.append(f"quick action /{command.name}")
    return bench.effects
