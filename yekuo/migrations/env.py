"""Run by alembic with a connection handed over by :mod:`yekuo.database`; there is no alembic.ini."""

from typing import Any, Literal

from alembic import context
from sqlalchemy.types import TypeDecorator

from yekuo.database import metadata


def plain_types(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """A migration names the database's own types: it must not change when the code's types do."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=plain_types,
)
with context.begin_transaction():
    context.run_migrations()
