"""The same books as the reports'."""

from tests.reports.conftest import book, ledger_book, rules

__all__ = ["book", "ledger_book", "rules"]
