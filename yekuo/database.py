"""Creating and upgrading the database: what ``yekuo init`` does.

Alembic is imported only where it works: every other command asks no more than which revision it is.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

import reports.tables  # noqa: F401 - its tables join the metadata
from web.tables import account
from workflow import errors, store

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
HEAD = "0006"
# Every table there is: those of web know those of alerts and workflow; nothing below this package knows all.
metadata = account.metadata


def upgrade(engine: sa.Engine) -> str | None:
    """Bring the database to :data:`HEAD`, whole or not at all; the revision it had before."""
    from alembic import command
    from alembic.script import ScriptDirectory

    before = revision(engine)
    with store.translated(engine), engine.connect() as connection:
        script = ScriptDirectory.from_config(config(connection))
    if before is not None and before not in {each.revision for each in script.walk_revisions()}:
        raise errors.StoreNewer(url=engine.url.render_as_string(), revision=before)
    with store.writing(engine) as connection:
        command.upgrade(config(connection), "head")
    return before


def revision(engine: sa.Engine) -> str | None:
    """The revision of the database; None when it has none."""
    with store.translated(engine), engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def check_ready(engine: sa.Engine) -> None:
    """Raise StoreNotReady unless the database is at :data:`HEAD`; looking creates no file."""
    if not store.exists(engine.url) or revision(engine) != HEAD:
        raise errors.StoreNotReady(url=engine.url.render_as_string())


def differences(engine: sa.Engine) -> list[object]:
    """What the migrated database lacks, or has beyond the tables of the program."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))


def config(connection: sa.Connection) -> "Config":
    """Alembic's settings for our migrations over ``connection``."""
    from alembic.config import Config

    found = Config()
    found.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    found.attributes["connection"] = connection
    return found
