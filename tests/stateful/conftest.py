"""One installation for each tier and module; examples make it fresh."""

from collections.abc import Iterator

import pytest

from tests.stateful.installation import Installation, installed


@pytest.fixture(scope="module", params=["premium", "free"])
def installation(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """On Premium, where scoped labels exclude each other, and on Free, where they do not."""
    with installed(tmp_path_factory.mktemp("kept"), request.param) as found:
        yield found
