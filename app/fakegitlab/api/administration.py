"""Everything about people, places and their possessions, so that whoever serves requests need not list it."""

from app.fakegitlab.api import about, people, places, tokens

PARTS = (about, people, places, tokens)
