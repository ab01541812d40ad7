"""What every route works with: the book, the clock, the settings, and what stands ready."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from typing import Annotated, Protocol

import sqlalchemy as sa
from fastapi import Depends, Request

from alerts.jobs.running import Job
from web.settings import WebSettings
from web.work.report_shelf import Shelf
from workflow.book import Book


class BookSource(Protocol):
    """Where the book comes from, current at every request."""

    @property
    def engine(self) -> sa.Engine:
        """The database."""
        ...

    def current(self) -> Book:
        """The book as it stands now."""
        ...


@dataclass(frozen=True)
class Desk:
    """The parts of the desk. ``check_ready`` raises what keeps the database from being used.

    ``stopping`` is set when the process is to end: a stream that goes on for ever looks at it and ends.
    ``shelf`` has the reports that were opened lately.
    """

    source: BookSource
    clock: Callable[[], datetime]
    settings: WebSettings
    check_ready: Callable[[], None]
    jobs: Sequence[Job]
    stopping: Event = field(default_factory=Event)
    shelf: Shelf = field(default_factory=Shelf)

    @property
    def engine(self) -> sa.Engine:
        """The database."""
        return self.source.engine

    @property
    def book(self) -> Book:
        """The book as it stands now."""
        return self.source.current()

    def now(self) -> datetime:
        """What time it is."""
        return self.clock()


def desk_of(request: Request) -> Desk:
    """The desk that ``request`` came to."""
    desk: Desk = request.app.state.desk
    return desk


ADesk = Annotated[Desk, Depends(desk_of)]
