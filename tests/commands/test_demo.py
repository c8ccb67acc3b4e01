"""`sounding-board demo --story`: the main job, played and narrated; and where a board cannot be opened."""

import socket

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
    assert any(line.startswith("     | @sa.jane, thank you for this request. Before product ma") for line in lines)
    assert "sounding-board:1" not in ran.out
    assert lines[-1] == "End of the story: every promise was kept."
    assert list(terminal.here.iterdir()) == []


def test_the_port_is_taken(terminal: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = terminal("demo", "--port", str(port))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        f"Cannot listen on port {port}: address already in use. Choose another with --port, or 0 for any.\n"
    )
