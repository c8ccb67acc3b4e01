"""GraphQL, as python-gitlab's own client asks it (with the library gql)."""

import json
from pathlib import Path

from tests.strangers.conftest import HERE, HOUSE, Town, run, tool


def test_a_project_with_its_issues_labels_and_notes(town: Town, tmp_path: Path) -> None:
    world, project = town.world, town.project
    world.create_label(town.mia, project, "area::ai", "#1D3A8A")
    for number in range(3):
        issue = world.create_issue(town.sam, project, f"Request {number}", labels=["area::ai"])
        world.add_note(town.mia, issue, f"Comment {number}")
    python = tool(HOUSE / ".strangers/graphql/bin/python")

    printed = run([python, str(HERE / "graphql_client.py"), town.url, town.sam.token, project.full_path], tmp_path)

    told = json.loads(printed)
    assert told["first"]["currentUser"] == {
        "id": f"gid://gitlab/User/{town.sam.id}",
        "username": "sam",
        "name": "Sam",
    }
    assert told["first"]["project"]["id"] == f"gid://gitlab/Project/{project.id}"
    assert told["first"]["project"]["issues"]["count"] == 3
    pages = [told[page]["project"]["issues"] for page in ("first", "second")]
    assert [[node["title"] for node in page["nodes"]] for page in pages] == [["Request 0", "Request 1"], ["Request 2"]]
    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [True, False]
    assert pages[1]["nodes"][0] == {
        "iid": "3",
        "title": "Request 2",
        "state": "opened",
        "author": {"username": "sam"},
        "labels": {"nodes": [{"title": "area::ai", "color": "#1D3A8A"}]},
        "notes": {"nodes": [{"body": "Comment 2", "system": False, "author": {"username": "mia"}}]},
    }
    assert told["nobody"] == {"project": None}
    assert told["refused"] == "Field 'shoeSize' doesn't exist on type 'CurrentUser'"
