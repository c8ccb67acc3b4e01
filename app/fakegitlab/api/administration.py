"""Everything about people, places and their possessions, so that whoever serves requests need not list it."""

from app.fakegitlab.api import people, places

PARTS = (people, places)
