"""The time a report is about: a month, a quarter, half a year or a year of Asia/Shanghai."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from limits.terms import Term
from limits.zone import midnight
from reports.errors import PeriodInvalid

FIRST_YEAR, LAST_YEAR = 1900, 9998  # before, midnights fall out of time in UTC; after, there is no next one
_FORM = re.compile(r"([0-9]{4})(?:-(?:(Q)([1-4])|(H)([12])|(0[1-9]|1[0-2])))?")
_ORDINALS = "一二三四"


class Span(Term):
    """How long a period is; its label follows 本 (本月, 本季度)."""

    MONTH = "month", "月"
    QUARTER = "quarter", "季度"
    HALF_YEAR = "half_year", "半年"
    YEAR = "year", "年"

    @property
    def months(self) -> int:
        return {"month": 1, "quarter": 3, "half_year": 6, "year": 12}[self.value]


@dataclass(frozen=True, slots=True)
class Period:
    """One period: the ``number``-th of its ``span`` in ``year``; ``begins`` belongs to it, ``ends`` to the next."""

    year: int
    span: Span
    number: int = 1

    @classmethod
    def parse(cls, text: str) -> "Period":
        """The period written ``2026-10``, ``2026-Q3``, ``2026-H1`` or ``2026``; else raises PeriodInvalid.

        >>> [Period.parse(text).label for text in ("2026-10", "2026-Q3", "2026-H1", "2026")]
        ['2026年10月', '2026年第三季度', '2026年上半年', '2026年']
        """
        form = _FORM.fullmatch(text.strip())
        if form is None or not FIRST_YEAR <= int(form[1]) <= LAST_YEAR:
            raise PeriodInvalid(text=text)
        year = int(form[1])
        if form[2]:
            return cls(year, Span.QUARTER, int(form[3]))
        if form[4]:
            return cls(year, Span.HALF_YEAR, int(form[5]))
        return cls(year, Span.MONTH, int(form[6])) if form[6] else cls(year, Span.YEAR)

    @classmethod
    def month(cls, year: int, number: int) -> "Period":
        """One calendar month."""
        return cls(year, Span.MONTH, number)

    def __str__(self) -> str:
        """As it is parsed, and as it stands in facts and file names."""
        if self.span is Span.MONTH:
            return f"{self.year:04}-{self.number:02}"
        if self.span is Span.YEAR:
            return f"{self.year:04}"
        return f"{self.year:04}-{'Q' if self.span is Span.QUARTER else 'H'}{self.number}"

    @property
    def label(self) -> str:
        """The period as people write it."""
        if self.span is Span.QUARTER:
            return f"{self.year}年第{_ORDINALS[self.number - 1]}季度"
        if self.span is Span.HALF_YEAR:
            return f"{self.year}年{'上下'[self.number - 1]}半年"
        return f"{self.year}年" if self.span is Span.YEAR else f"{self.year}年{self.number}月"

    @property
    def begins(self) -> datetime:
        """The midnight that begins it."""
        return midnight(date(self.year, (self.number - 1) * self.span.months + 1, 1))

    @property
    def ends(self) -> datetime:
        """The midnight that ends it."""
        year, month = divmod(self.number * self.span.months, 12)
        return midnight(date(self.year + year, month + 1, 1))

    def holds(self, at: datetime | None) -> bool:
        """Whether an instant lies in it; none lies nowhere."""
        return at is not None and self.begins <= at < self.ends

    def previous(self) -> "Period":
        """The one before it, for 环比."""
        if self.number > 1:
            return Period(self.year, self.span, self.number - 1)
        return Period(self.year - 1, self.span, 12 // self.span.months)

    def year_before(self) -> "Period":
        """The same one a year earlier, for 同比."""
        return Period(self.year - 1, self.span, self.number)

    def months(self) -> "tuple[Period, ...]":
        """The calendar months it is made of."""
        first = (self.number - 1) * self.span.months
        return tuple(Period(self.year, Span.MONTH, first + each) for each in range(1, self.span.months + 1))
