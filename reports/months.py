"""A calendar month as the reports know it: two midnights in Asia/Shanghai."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from limits.zone import midnight
from reports.errors import MonthInvalid

FIRST_YEAR, LAST_YEAR = 1900, 9998  # before, midnights fall out of time in UTC; after, there is no next month
_FORM = re.compile(r"([0-9]{4})-([0-9]{2})")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One month; ``begins`` belongs to it, ``ends`` to the next."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """The month written ``2026-10``; anything else raises MonthInvalid.

        >>> Month.parse("2026-10").label
        '2026年10月'
        """
        form = _FORM.fullmatch(text.strip())
        if form is None or not 1 <= int(form[2]) <= 12 or not FIRST_YEAR <= int(form[1]) <= LAST_YEAR:
            raise MonthInvalid(text=text)
        return cls(int(form[1]), int(form[2]))

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def label(self) -> str:
        """The month as people write it."""
        return f"{self.year}年{self.number}月"

    @property
    def begins(self) -> datetime:
        """The midnight that begins it."""
        return midnight(date(self.year, self.number, 1))

    @property
    def ends(self) -> datetime:
        """The midnight that ends it."""
        return midnight(date(self.year + self.number // 12, self.number % 12 + 1, 1))
