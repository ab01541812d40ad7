"""A book that stays current: what another process imports is seen without a restart."""

from threading import Lock

import sqlalchemy as sa

from workflow import store
from workflow.book import Book
from workflow.publishing import known_rules
from workflow.rules import Rules
from workflow.tables import calendar_notice


class LiveBook:
    """``shipped`` rules with the calendar notices the database holds at the moment.

    Notices are only ever added, so their number says whether there is a new one; they are read again, and
    the calendar built anew, only then.  Safe to share between threads.
    """

    def __init__(self, engine: sa.Engine, shipped: Rules) -> None:
        self.engine, self._shipped = engine, shipped
        self._lock = Lock()
        self._book: Book | None = None
        self._notices = 0

    def current(self) -> Book:
        """The book as it stands now."""
        with store.reading(self.engine) as connection:
            notices = connection.scalar(sa.select(sa.func.count()).select_from(calendar_notice)) or 0
        with self._lock:
            if self._book is None or notices != self._notices:
                self._book = Book(self.engine, known_rules(self.engine, self._shipped))
                self._notices = notices
            return self._book
