"""The program put together from its settings: the database and the rules.

What is slow to import is imported where it is needed: ``yekuo due`` opens no database.
"""

import os
from typing import TYPE_CHECKING

from workflow.rules import Rules, load_rules
from yekuo.settings import Settings

if TYPE_CHECKING:
    from workflow.book import Book


def settings() -> Settings:
    """The settings of this process."""
    return Settings.from_environment(os.environ)


def rules() -> Rules:
    """The rules of the configured jurisdiction; needs no database."""
    return load_rules(settings().jurisdiction)


def open_book() -> "Book":
    """The configured book; raises StoreNotReady before ``yekuo init``."""
    from workflow import store
    from workflow.book import Book
    from yekuo import database

    engine = store.open_engine(settings().database_url)
    database.check_ready(engine)
    return Book(engine, rules())
