"""The program put together from its settings: the database and the rules.

What is slow to import is imported where it is needed: ``yekuo due`` without a database opens none.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from limits.calendar import Calendar
from workflow.rules import Rules, load_rules
from yekuo import setting_sources
from yekuo.settings import Settings

if TYPE_CHECKING:
    from workflow.book import Book


def reading() -> setting_sources.Reading:
    """The settings of this process, right or wrong, each with its source."""
    return setting_sources.read(os.environ, Path())


def settings() -> Settings:
    """The settings of this process; raises the first thing that is wrong with them."""
    return reading().settings()


def rules() -> Rules:
    """The rules of the configured jurisdiction; needs no database."""
    return load_rules(settings().jurisdiction)


def calendar() -> Calendar:
    """The calendar with the notices imported into the database, where there is one."""
    from workflow import store
    from workflow.errors import StoreNotReady

    if not store.exists(settings().database_url):
        return rules().calendar
    try:
        return open_book().rules.calendar
    except StoreNotReady:
        return rules().calendar


def open_book() -> "Book":
    """The configured book; raises StoreNotReady before ``yekuo init``."""
    from workflow import store
    from workflow.book import Book
    from workflow.publishing import known_rules
    from yekuo import database

    engine = store.open_engine(settings().database_url)
    database.check_ready(engine)
    return Book(engine, known_rules(engine, rules()))
