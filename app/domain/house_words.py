"""The words that the program itself uses: typed by anybody, they say nothing of a customer who has the same name."""

from app.domain.account_book import AccountBook, compared
from app.domain.program import Program
from app.domain.taxonomy import Taxonomy


def house_words(taxonomy: Taxonomy, program: Program) -> frozenset[str]:
    """Labels, statuses, fields and their choices, regions and areas: whole, and each of their words."""
    fields = [word for f in taxonomy.fields for word in (*f.names, *f.choices)]
    statuses = [status.name for status in taxonomy.workflow.statuses]
    areas = [word for area in program.areas for word in (area.key, area.name)]
    return compared([*taxonomy.titles, *fields, *statuses, *program.regions, *areas])


def namesakes(book: AccountBook, taxonomy: Taxonomy, program: Program) -> tuple[str, ...]:
    """The keys of accounts whose names are words of ours."""
    ours = house_words(taxonomy, program)
    return tuple(
        e.key for e in book.entries.values() if e.name and not compared([e.name], apart=False).isdisjoint(ours)
    )
