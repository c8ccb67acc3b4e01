"""Reminders that a project's or group's access token dies: 60, 30 and 7 days before
(CONTRACT 1, documented).

60 and 30 days need the namespace's setting for additional token webhooks; here it is on
(differs from doc/user/project/integrations/webhook_events.md, documented).
"""

from app.fakegitlab import hooks
from app.fakegitlab.state import State

DAYS = (7, 30, 60)


def remind(state: State) -> None:
    """Tell of every token that is due today and was not told of yet: once for each span."""
    today = state.now().date()
    for token in list(state.tokens.values()):
        place = token.user.bot_of
        if place is None or token.revoked or token.expires_at is None or token.expires_at <= today:
            continue
        left = (token.expires_at - today).days
        due = next((days for days in DAYS if left <= days), None)
        if due is None or due in token.reminded:
            continue
        token.reminded += [days for days in DAYS if days >= due and days not in token.reminded]
        hooks.token_expires(state, token, place)
