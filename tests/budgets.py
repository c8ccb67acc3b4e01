"""Budgets for tests whose clocks stand still, or run through a year in minutes."""

from app.gateways.gitlab_budget import Budget


def unhurried() -> Budget:
    """Calls go out as they come, whatever the stand-in says is left of its minute."""
    return Budget(
        rate=1e6, burst=1e6, reserve=-1.0, notes_per_minute=1e6, notes_burst=1e6, bulk_per_minute=1e6, bulk_burst=1e6
    )
