"""The program put together from its settings: the database and the rules."""

import os

from workflow import store
from workflow.book import Book
from workflow.rules import Rules, load_rules
from yekuo import database
from yekuo.settings import Settings


def settings() -> Settings:
    """The settings of this process."""
    return Settings.from_environment(os.environ)


def rules() -> Rules:
    """The rules of the configured jurisdiction; needs no database."""
    return load_rules(settings().jurisdiction)


def open_book() -> Book:
    """The configured book; raises StoreNotReady before ``yekuo init``."""
    engine = store.open_engine(settings().database_url)
    database.check_ready(engine)
    return Book(engine, rules())
