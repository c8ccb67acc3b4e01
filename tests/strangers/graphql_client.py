"""Run with the Python that has `python-gitlab[graphql]`: asks what common clients ask first, prints it as JSON.

Arguments: the address, the token, a project's full path.
"""

import json
import sys

import gitlab
from gql.transport.exceptions import TransportQueryError  # type: ignore[import-not-found]

QUERY = """
query requests($path: ID!, $label: [String], $after: String) {
  currentUser { id username name }
  project(fullPath: $path) {
    id
    name
    fullPath
    issues(first: 2, after: $after, labelName: $label, sort: CREATED_ASC) {
      count
      pageInfo { hasNextPage endCursor }
      nodes {
        iid
        title
        state
        author { username }
        labels { nodes { title color } }
        notes(first: 5) { nodes { body system author { username } } }
      }
    }
  }
}
"""


def main() -> None:
    """Ask twice, the second page from the first's cursor; then for more than is allowed."""
    url, token, path = sys.argv[1:]
    with gitlab.GraphQL(url, token=token) as door:
        wish: dict[str, object] = {"path": path, "label": ["area::ai"]}
        first = door.execute(QUERY, variable_values=wish)
        wish["after"] = first["project"]["issues"]["pageInfo"]["endCursor"]
        second = door.execute(QUERY, variable_values=wish)
        nobody = door.execute('{ project(fullPath: "no/where") { name } }')
        refused = ""
        try:
            door.execute("{ currentUser { shoeSize } }")
        except TransportQueryError as error:
            refused = str(error.errors[0]["message"]) if error.errors else str(error)
    json.dump({"first": first, "second": second, "nobody": nobody, "refused": refused}, sys.stdout)


if __name__ == "__main__":
    main()
