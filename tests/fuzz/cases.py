"""How many cases each suite of this folder makes up: a few at each `make test`, many in `make soak`."""

from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, settings


@dataclass(frozen=True, slots=True)
class Cases:
    """Stated in docs/threat-model.md; `tests/house/test_threat_model.py` holds the page against this."""

    short: int
    long: int

    def settings(self, *, soak: bool) -> settings:
        """For `@given`; long ones are not made smaller, which could take longer than all cases together."""
        phases = set(Phase) - ({Phase.explain} if soak else {Phase.shrink, Phase.explain})
        count = self.long if soak else self.short
        return settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck), phases=phases)


HTTP = Cases(60, 1_500)
"""Requests to each address of the OpenAPI, as it says and otherwise, with the secret and without."""
BODIES = Cases(500, 20_000)
"""Bodies of deliveries that show the right secret."""
YAML = Cases(60, 2_000)
"""Each: taxonomies, and programs; small ones, and the shipped program. `tests/config` has the shipped taxonomy."""
TEMPLATES = Cases(300, 20_000)
"""Templates of pieces of Jinja."""
NOTES = Cases(300, 20_000)
"""Comments and descriptions, read as answers, customers, words to the bot and envelopes."""
