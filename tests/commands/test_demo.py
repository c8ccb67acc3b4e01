"""`sounding-board demo --story`: the main job, played and narrated; and where a board cannot be opened."""

import socket

from app import bootstrap
from app.entrypoints.demo.command import doors, labels_of
from app.fakegitlab import World
from app.fakegitlab.seed import demo_world
from app.gateways.config_load import load
from tests.commands.terminal import Terminal


def test_the_story_is_played_to_its_end_and_reads_well(terminal: Terminal) -> None:
    ran = terminal("demo", "--story")
    print(ran.out)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[:5] == [
        "The operator runs `sounding-board apply`; it makes what the configuration declares and GitLab lacks:",
        "   labels: 4 to change, 80 as declared",
        "   boards: 5 as declared",
        "   templates: 1 to create",
        "   hooks: 1 to create",
    ]
    chapters = [line for line in lines if line[:1].isdigit()]
    assert [chapter.partition(".")[0] for chapter in chapters] == [str(n) for n in range(1, len(chapters) + 1)]
    assert chapters[:2] == [
        "1. Jane, a solutions architect, files a request with gaps.",
        "2. She answers from her phone: one line about who is affected, one about the customer.",
    ]
    assert [line for line in lines[lines.index(MEETING[0]) :] if _is_pinned(line)] == MEETING
    assert any(line.startswith("     | @sa.jane, thank you for this request. Before product ma") for line in lines)
    assert "sounding-board:1" not in ran.out
    assert lines[-1] == "End of the story: every promise was kept."
    assert list(terminal.here.iterdir()) == []


def test_whoever_opens_the_board_learns_where_the_api_is_and_with_whose_token() -> None:
    world = World()
    bot = demo_world(world, labels_of(load(bootstrap.SHIPPED))).bot
    said = doors(world, bot)
    assert said[0] == (
        f"The API is at {world.base_url}/api/v4; the header PRIVATE-TOKEN says who calls. Invented tokens:"
    )
    assert f"   sa.jane: {world.user('sa.jane').token}" in said
    assert not any(world.root.token in line or bot.token in line for line in said)
    assert said[-1] == f"The board is at {world.base_url}/ (choose who you are with View as). Ctrl-C ends it."


def _is_pinned(line: str) -> bool:
    """Lines without a date, a number or a duration of their own."""
    dated = line.startswith(("     | #", "     | **1 decision", "     | :lock:")) or line.endswith(" s)")
    return bool(line) and not dated and not line.startswith("End of the story")


MEETING = [
    "14. Ken nominates a card for the PM review of AI.",
    "   Five working days before it, at six in the morning, the job `due` makes the agenda.",
    "     | - [ ] Accept — owner: … target: …",
    "     | - [ ] Backlog — reason: … revisit: …",
    "     | - [ ] Decline — reason: … sentence for customers: …",
    "     | - [ ] Need more context — question: …",
    "15. Omar likes it, and ticks *Accept*.",
    "     | - `@sa.omar` ticked **Accept** for sme/customer-feedback#14+. Not done: that is for the PM (here `pm.ai`) "
    "to decide. I took the tick out again; they can tick it here.",
    "16. Priya, the product manager, writes who owns it and for when behind the box, and ticks it.",
    "     | - `@pm.ai` ticked **Accept** for sme/customer-feedback#14+. Done: it is in **Accepted by PMs** now.",
    "17. The review begins.",
    "   from now on `due` leaves them as they are",
]


def test_the_port_is_taken(terminal: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = terminal("demo", "--port", str(port))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        f"Cannot listen on port {port}: address already in use. Choose another with --port, or 0 for any.\n"
    )
