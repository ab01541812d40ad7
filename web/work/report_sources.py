"""What other packages tell a report of a period; reports itself knows of none of them."""

from alerts.facts import alarm_facts
from reports.facts.gathering import Source
from workflow.book import Book


def sources(book: Book) -> tuple[Source, ...]:
    """The tables beyond those of the ledger."""
    return (alarm_facts(book.rules),)
