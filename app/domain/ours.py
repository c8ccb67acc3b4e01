"""Names that several floors have to agree on: the labels that rules put on cards, and the rule of the moves."""

from datetime import timedelta

MOVES = "moves"
"""The name by which the table of moves, and all that objects to a move, is switched, journalled and found again."""

MOVE = "move"
"""The topic of the note on a card's last move."""

BURST = "burst"
"""The rule about many moves at once: its line in the journal, and what the topic of their summary begins with."""

BURST_MOVES = 10
BURST_WITHIN = timedelta(minutes=5)
"""Whoever moves more cards than this within this time hears of those that go back in one summary (workflow 3.6)."""

LEDGER = "ledger"
"""The topic of the internal note on a request's customers and numbers."""

DUPLICATES = "duplicates"
"""The rule about duplicates, and the topic of the note that suggests some."""

CARRIED_OVER = "carried over"
"""The topic of the note on a duplicate about its customers."""

CARRIED = "customers of"
"""What the topics of internal notes begin with that keep the customers of a duplicate; its address follows."""

DISCUSSED = "discussed in"
"""What the topics of notes about meetings begin with: what was told in an agenda, and what came of it."""

VERBAL = "drafted"
"""What the topics of answers on a program document begin with about requests drafted there; the comment follows."""

NEEDED, READY = "context::needed", "context::ready"
"""Whether a request waits for context."""

HELD = "hold::open"
"""A move was put back, and is awaited again once something has been added."""

PUT_ON_CARDS = (NEEDED, READY, HELD)
"""Labels that rules put on cards; GitLab would create a missing one silently (CONTRACT 2)."""

WAITING = (NEEDED, HELD)
"""What an issue with an open ask or hold carries, so that a stateless sweep finds it (design)."""

ANSWERS = "answers"
"""What the topics of notes begin with that answer what people wrote to us; the id of the person follows. Earlier there
was one for all people, which stays as it is.
"""

CONTEXT = "context"
"""The rule that asks for missing context, and the topic of its note."""

RECEIPT, PRIVATE = "receipt", "private"
"""What the topics of notes about single comments begin with; the comment's id, or `description`, follows."""

NUMBERS = "numbers"
"""The rule of ledgers, receipts and scores."""

COMMANDS = "commands"
"""The rule that answers what people write to us."""
