"""The same books as the reports'."""

from tests.reports.conftest import book, file_book, ledger_book, rules

__all__ = ["book", "file_book", "ledger_book", "rules"]
