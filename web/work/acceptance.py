"""One acceptance as it was told, in the words of a form or of a JSON object, read with every fault at once.

What a ledger may bring in all the same (domain §12) is refused here, where the customer can be asked.
"""

import math
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from limits.customer_classes import CustomerFacts, Trade, Trait
from limits.errors import YekuoError
from limits.policy import PolicySet
from limits.terms import ApplicationKind, CustomerClass, Supplies, Supporting, Term, Voltage
from limits.zone import SHANGHAI, local
from web import errors
from web.access.rights import Account, scope_of
from web.desk import Desk
from web.work.staff import managers_of
from workflow import store
from workflow.history import LABELS, Registration
from workflow.ledger import cells as ledger_cells
from workflow.people.organisation import Organisation, load_organisation
from workflow.tables import unstorable

T = TypeVar("T", bound=Term)
V = TypeVar("V")
ASKED: Mapping[str, str] = {
    "number": "申请编号",
    "at": "受理时间",
    "applied_at": "申请时间",
    **LABELS,
    "trade": "用电性质",
    "traits": "客户情况",
    "papers": "当场收到的资料",
}
# What a customer pays nothing for outside the property line has no works of the customer's own ([34], §3).
NO_WORKS = frozenset({CustomerClass.LV_RESIDENT, CustomerClass.LV_MICRO})
YES = frozenset({"true", True})


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What can be recorded. ``papers``: the kinds of the documents at hand; instants are aware."""

    number: str
    registration: Registration
    at: datetime
    applied_at: datetime | None
    papers: tuple[str, ...]


def read(desk: Desk, account: Account, told: Mapping[str, Any], now: datetime) -> Acceptance:
    """``told`` as :func:`web.work.accepting.read` describes it; raises RequestInvalid with every fault."""
    return _Reader(desk, account, told, now).acceptance()


def stations_of(desk: Desk, account: Account, now: datetime) -> tuple[str, ...]:
    """Where ``account`` may accept: its own station, or any where it belongs to none."""
    own = scope_of(account).station
    return (own,) if own else _organisation(desk, now).stations()


def _organisation(desk: Desk, now: datetime) -> Organisation:
    with store.reading(desk.engine) as connection:
        return load_organisation(connection, now)


# Controls, marks of direction, joiners and line ends: two names that read alike would be two.
UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp"})


class _Reader:
    """Reads one acceptance; ``faults`` are what is wrong with it, in the order of the form."""

    def __init__(self, desk: Desk, account: Account, told: Mapping[str, Any], now: datetime) -> None:
        self.desk, self.account, self.told, self.now = desk, account, told, local(now)
        self.faults: list[str] = []

    def acceptance(self) -> Acceptance:
        number = self._storable("number", self._cell("number", ledger_cells.number) or "")
        at = self._instant("at")
        applied_at = self._instant("applied_at") if self._said("applied_at") else None
        if at and applied_at and applied_at > at:
            self.faults.append("“申请时间”晚于“受理时间”")
        parts = self._parts()
        if at is not None and None not in parts.values():
            parts["customer_class"] = self._class(parts, at)
        if not self.faults:
            self.faults += contradictions(Registration(**parts))
        if self.faults or at is None:
            raise errors.RequestInvalid(problems="；".join(self.faults))
        return Acceptance(number, Registration(**parts), at, applied_at, self._several("papers"))

    def _parts(self) -> dict[str, Any]:
        """The registration by its parts; None where one is at fault."""
        station = self._station()
        return {
            "station": station,
            "unit": self._company(),
            "customer": self._text("customer"),
            "address": self._text("address"),
            "voltage": self._term("voltage", Voltage),
            "supplies": self._term("supplies", Supplies, Supplies.SINGLE),
            "capacity": self._cell("capacity", ledger_cells.capacity),
            "kind": self._term("kind", ApplicationKind, ApplicationKind.NEW),
            "channel": self._storable("channel", self._said("channel")),
            "proactive": self.told.get("proactive") in YES,
            "boundary": self.told.get("boundary") in YES,
            "customer_works": self.told.get("customer_works") in YES,
            "supporting": self._term("supporting", Supporting, Supporting.NONE),
            "manager": self._manager(station),
        }

    def _station(self) -> str | None:
        """X: whoever belongs to a station accepts for it alone."""
        given, allowed = self._said("station"), stations_of(self.desk, self.account, self.now)
        if not given and len(allowed) == 1:
            return allowed[0]
        if given in allowed or (given and not allowed):
            return self._storable("station", given)
        self.faults.append(f"“供电所”应为{'、'.join(allowed) or '受理的供电所'}")
        return None

    def _company(self) -> str | None:
        given, company = self._said("unit"), _organisation(self.desk, self.now).company()
        if company and given not in ("", company):
            self.faults.append(f"“供电单位”应为{company}")
            return None
        return company or self._storable("unit", given)

    def _manager(self, station: str | None) -> str | None:
        given = self._said("manager")
        if given and given not in managers_of(self.desk, station, self.now):
            self.faults.append(
                f"“客户经理”{given[:64]}不是{station or '本所'}的在职客户经理，不选则由客户经理抢单"
            )
            return None
        return given

    def _class(self, parts: Mapping[str, Any], at: datetime) -> CustomerClass | None:
        """The class the dated rules give, or the given one where they allow it."""
        given = self._term("customer_class", CustomerClass) if self._said("customer_class") else None
        trade = self._term("trade", Trade) if self._said("trade") else None
        traits = [self._trait(word) for word in self._several("traits")]
        if trade is None and given is None:
            self.faults.append("“客户类别”和“用电性质”没有选")
        if self.faults:
            return None
        policies, high, capacity = self.desk.book.rules.policies, parts["voltage"].high, parts["capacity"]
        if trade is None:
            return self._possible(policies, given, high=high, capacity=capacity, at=at)
        facts = CustomerFacts(high, math.ceil(capacity), trade, frozenset(each for each in traits if each))
        try:
            derived = policies.classify(facts, local(at).date())
        except YekuoError as refused:
            self.faults.append(refused.message.rstrip("。"))
            return None
        if given not in (None, derived.customer_class):
            self.faults.append(
                f"“客户类别”选的是{given.label}，而{facts.described()}应为"
                f"{derived.customer_class.label}（{derived.source}）"
            )
        return derived.customer_class

    def _possible(
        self, policies: PolicySet, given: CustomerClass | None, *, high: bool, capacity: Decimal, at: datetime
    ) -> CustomerClass | None:
        if given is not None and is_possible(
            policies, given, high=high, capacity=capacity, on=local(at).date()
        ):
            return given
        level = "高压" if high else "低压"
        self.faults.append(f"“客户类别”{given.label if given else ''}与{level}、报装容量 {capacity} 不符")
        return None

    def _trait(self, word: str) -> Trait | None:
        return self._word("traits", word, Trait)

    def _term(self, name: str, kind: type[T], default: T | None = None) -> T | None:
        said = self._said(name)
        if not said and default is None:
            self.faults.append(f"“{ASKED[name]}”没有选")
        return self._word(name, said, kind) if said else default

    def _word(self, name: str, said: str, kind: type[T]) -> T | None:
        try:
            return kind.of(said)
        except KeyError:
            self.faults.append(f"“{ASKED[name]}”{said[:20]}不在可选范围内")
            return None

    def _text(self, name: str) -> str | None:
        said = self._said(name)
        if not said:
            self.faults.append(f"“{ASKED[name]}”没有填写")
        return self._storable(name, said) or None

    def _storable(self, name: str, said: str) -> str:
        problem = unstorable(name, said)
        if not problem and any(unicodedata.category(letter) in UNSEEN for letter in said):
            problem = "含有看不见的字符"
        if problem:
            self.faults.append(f"“{ASKED[name]}”{problem}")
        return said

    def _cell(self, name: str, read_cell: Callable[[Any], V]) -> V | None:
        """A cell is read as a ledger's is, with the ledger's own words of what is wrong."""
        try:
            return read_cell(self._said(name))
        except ledger_cells.CellFault as fault:
            self.faults.append(f"“{ASKED[name]}”{fault}")
            return None

    def _instant(self, name: str) -> datetime | None:
        """The minute that runs is now, so that it follows what was recorded a moment ago."""
        try:
            found = datetime.fromisoformat(self._said(name))
            at = found.replace(tzinfo=SHANGHAI) if found.tzinfo is None else local(found)
        except (ValueError, OverflowError):
            self.faults.append(f"“{ASKED[name]}”没有填写或写法不对，应如 2026-11-20T18:00")
            return None
        if not ledger_cells.EARLIEST <= at <= self.now:
            wrong = (
                f"{at:%Y-%m-%d %H:%M} 晚于现在 {self.now:%Y-%m-%d %H:%M}" if at > self.now else "早得不可能"
            )
            self.faults.append(f"“{ASKED[name]}”{wrong}")
            return None
        return self.now if at == self.now.replace(second=0, microsecond=0) else at

    def _several(self, name: str) -> tuple[str, ...]:
        given = self.told.get(name) or ()
        return tuple(map(str, given)) if isinstance(given, Collection) and not isinstance(given, str) else ()

    def _said(self, name: str) -> str:
        given = self.told.get(name)
        return "" if given is None else str(given).strip()


def is_possible(
    policies: PolicySet, of_class: CustomerClass, *, high: bool, capacity: Decimal, on: date
) -> bool:
    """Whether a rule in force ``on`` the day of acceptance gives this class at this voltage and capacity."""
    return any(
        rule.customer_class is of_class
        and rule.high_voltage in (None, high)
        and (rule.max_kw is None or capacity <= rule.max_kw)
        and rule.since <= on
        and (rule.until is None or on <= rule.until)
        for rule in policies.class_rules
    )


def contradictions(registration: Registration) -> Iterator[str]:
    """Invested to the boundary, and low-voltage residents and micro customers, have no works of their own."""
    of_class = registration.customer_class
    if of_class is CustomerClass.LV_MICRO and not registration.boundary:
        yield "低压小微企业投资至红线，“投资至红线”应为“是”"
    if registration.customer_works and (registration.boundary or of_class in NO_WORKS):
        why = "投资至红线" if registration.boundary else of_class.label
        yield f"{why}没有客户外部工程，“客户外部工程”应为“否”"
