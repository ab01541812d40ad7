"""As of an instant a report says what was on record then: the same whenever it is asked for."""

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts import answers
from alerts.facts import alarm_facts
from alerts.listing import alerts
from alerts.orders import acts as orders
from alerts.orders.listing import orders as every_order
from limits.errors import YekuoError
from limits.files.drafts import draft_policies
from limits.files.policies import load_jurisdiction
from reports.corrections.correcting import corrections_of
from reports.facts.gathering import gather
from reports.facts.together import merged
from reports.facts.values import Rows
from reports.figures.figures import Figures
from reports.periods import Period
from reports.regulator.files import write_data
from reports.sealing.check import verify_seals
from reports.sealing.seal import close_period, sealed_facts
from reports.whatif.values_json import to_json
from reports.whatif.what_if import what_if
from tests.alerts.telling import repeats, staffed, sweep
from tests.dates import at
from tests.limits.files.test_drafts import THRESHOLDS
from tests.reports.books import resident
from tests.reports.slow_period import agrees, slow_orders, slow_period
from tests.workflow.histories import IMPORTANT, MICRO, ORDINARY, OTHER, tell
from tests.workflow.test_publishing import YEAR
from tests.workflow.test_verify import ANY_CASE
from workflow import cases
from workflow.book import Book
from workflow.events import EventType
from workflow.publishing import import_notice
from workflow.verify import verify

BEGIN, LATER = at("2026-10-08 四 08:00"), at("2026-11-20 五 18:00")
OCTOBER, NOVEMBER = Period.month(2026, 10), Period.month(2026, 11)
PERIODS = (OCTOBER, NOVEMBER, Period.parse("2026"))
STATIONS = ("城关供电所", "东岭供电所")
PLACE = load_jurisdiction("neixiang")


def told(book: Book, period: Period, as_of: datetime) -> str:
    """The facts of a report in their one spelling; the program's clock has no say in them."""
    others = (alarm_facts(book.rules), corrections_of(book, period))
    return gather(book, period, as_of, others, sealed_facts(book.engine, as_of)).to_json()


def other_extracts(office: "Office", as_of: datetime) -> Any:
    """The data file of the regulator, and what a draft would change."""
    files = write_data(office.book, OCTOBER, office.folder, as_of).paths
    draft = draft_policies(PLACE, [office.folder / "草案.toml"], [each.value for each in EventType])
    changed = what_if(office.book, draft, [OCTOBER], as_of=as_of)
    return files[0].read_bytes(), to_json(changed)


@dataclass
class Office:
    """People at work, in the order of time: much is recorded days after it happened, and put right later."""

    book: Book
    chance: random.Random
    folder: Path
    now: datetime = BEGIN
    numbers: list[str] = field(default_factory=list)
    said: dict[tuple[datetime, Period], str] = field(default_factory=dict)
    others: dict[datetime, Any] = field(default_factory=dict)

    def works(self, hours: int) -> None:
        """One thing done, some time after the one before."""
        self.now += timedelta(hours=hours, minutes=7)
        happened = self.now - timedelta(hours=self.chance.choice((0, 0, 0, 3, 30, 200)))
        try:
            self.chance.choice(ACTS)(self, max(happened, BEGIN - timedelta(days=20)))
        except YekuoError:
            return  # what the machine refuses nobody has recorded

    def looks(self) -> None:
        """Every report as of now, made now."""
        for period in PERIODS:
            if period.begins <= self.now:
                self.said[self.now, period] = told(self.book, period, self.now)
        self.others[self.now] = other_extracts(self, self.now)

    @property
    def one(self) -> str:
        return self.chance.choice(self.numbers)

    @property
    def by(self) -> dict[str, Any]:
        return {"now": self.now, "actor": "李四"}


def accepted(office: Office, happened: datetime) -> None:
    number = f"N{len(office.numbers)}"
    what = office.chance.choice((resident(number), resident(number), ORDINARY, IMPORTANT, MICRO, OTHER))
    cases.accept(office.book, number, what, at=happened, **office.by)
    office.numbers.append(number)


def went_on(office: Office, happened: datetime) -> None:
    number = office.one
    for each in office.chance.sample(ANY_CASE, len(ANY_CASE)):
        try:
            tell(office.book, number, each, happened, now=office.now)
        except YekuoError:
            continue
        return


def ended(office: Office, happened: datetime) -> None:
    ending = office.chance.choice((cases.terminate, cases.void))
    ending(office.book, office.one, reason="撤回", at=happened, **office.by)


def finished(office: Office, happened: datetime) -> None:
    number = office.one
    for case in (cases.energize, cases.archive):
        case(office.book, number, at=happened, **office.by)


def corrected(office: Office, _happened: datetime) -> None:
    moved = {"occurred_at": office.now - timedelta(hours=office.chance.randrange(300))}
    what = office.chance.choice((moved, {"withdrawn": True}))
    cases.correct(
        office.book,
        office.one,
        seq=office.chance.randrange(1, 5),
        reason="写错",
        at=office.now,
        **what,
        **office.by,
    )


def amended(office: Office, _happened: datetime) -> None:
    changes = office.chance.choice(
        ({"station": office.chance.choice(STATIONS)}, {"capacity": "12"}, {"customer_class": "lv_micro"})
    )
    cases.amend(office.book, office.one, changes=changes, reason="写错", at=office.now, **office.by)


def swept(office: Office, _happened: datetime) -> None:
    sweep(office.book, office.now)
    repeats(office.book, office.now)


def answered(office: Office, happened: datetime) -> None:
    standing = list(alerts(office.book, office.now))
    which = office.chance.choice(standing).id if standing else 0
    answers.acknowledge(office.book, which, at=happened, **office.by)
    answers.answer(office.book, which, at=happened, text="缺表计", **office.by)


def ordered(office: Office, happened: datetime) -> None:
    held = every_order(office.book, office.now)
    if not held or office.chance.random() < 0.3:
        number = office.chance.choice((office.one, None))
        where = {"unit": STATIONS[0]} if number is None else {"application_number": number}
        orders.open_order(
            office.book, ask="说明原因", at=happened, limit=2, now=office.now, actor="值班甲", **where
        )
        return
    which = office.chance.choice(held).number
    act = office.chance.choice((orders.reply, orders.accept, orders.return_))
    act(office.book, which, at=happened, now=office.now, actor=f"{act.__name__}甲", text="已整改")


def published(office: Office, _happened: datetime) -> None:
    office.book, _ = import_notice(
        office.book, office.folder / "cn-2027.toml", now=office.now, actor="管理员"
    )


ACTS = (
    (accepted,) * 4
    + (went_on,) * 8
    + (finished,) * 4
    + (corrected, amended, swept, answered, ordered) * 2
    + (ended,)
)


def lived(book: Book, seed: int, folder: Path, looks: int = 30) -> Office:
    """Two months and a half, looked at every so many steps; October is sealed on the way, the coming year published."""
    (folder / "cn-2027.toml").write_text(YEAR, encoding="utf-8")
    (folder / "草案.toml").write_text(THRESHOLDS, encoding="utf-8")
    office = Office(staffed(book), random.Random(seed), folder)
    for _ in range(4):
        accepted(office, BEGIN)
    for step in range(90):
        office.works(office.chance.randrange(36))
        if step == 55:
            others = (alarm_facts(office.book.rules), corrections_of(office.book, OCTOBER))
            close_period(office.book, OCTOBER, now=office.now, actor="管理员", others=others)
        if step == 65:
            published(office, office.now)
        if step % looks == 0:
            office.looks()
    return office


@pytest.mark.parametrize("seed", range(2))
def test_any_history_is_told_as_it_was_on_record(file_book: Book, seed: int, tmp_path: Path) -> None:
    agree_with_themselves(lived(file_book, seed, tmp_path))


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
def test_and_on_the_other_database(book: Book, tmp_path: Path) -> None:
    agree_with_themselves(lived(book, 7, tmp_path, looks=44))


def agree_with_themselves(office: Office) -> None:
    for (as_of, period), then in office.said.items():
        assert told(office.book, period, as_of) == then
    for as_of, then_too in office.others.items():
        assert other_extracts(office, as_of) == then_too
        known = replace(office.book, rules=office.book.rules.known_at(as_of))
        found = gather(office.book, OCTOBER, as_of, (alarm_facts(known.rules),))
        agrees(found.tables, slow_period(known, OCTOBER, as_of))
        assert Figures(found).orders().in_time == slow_orders(known, OCTOBER, as_of)
    assert str(verify(office.book).difference) == str(verify_seals(office.book).difference) == "None"


# -- one thing at a time --------------------------------------------------------------------------------

MORNING, LATE = at("2026-10-15 四 09:00"), at("2026-10-16 五 10:00")


def reported(book: Book, number: str, happened: datetime, now: datetime) -> None:
    cases.accept(book, number, resident(number), at=happened, now=now, actor="受理员")


def test_what_was_written_later_shows_from_the_very_instant_it_was_written(file_book: Book) -> None:
    reported(file_book, "早", MORNING, MORNING)
    before = told(file_book, OCTOBER, LATE - timedelta(microseconds=1))
    reported(file_book, "迟", MORNING, LATE)
    assert told(file_book, OCTOBER, LATE - timedelta(microseconds=1)) == before
    totals = [Figures(gather(file_book, OCTOBER, each)).total("accepted") for each in (MORNING, LATE)]
    assert totals == [1, 2]


def test_before_the_first_record_there_is_nothing(file_book: Book) -> None:
    begin = at("2026-10-01 四 00:00")
    nothing = told(file_book, OCTOBER, begin)
    staffed(file_book, now=MORNING)
    for number in ("甲", "乙"):
        reported(file_book, number, MORNING, MORNING)
    assert told(file_book, OCTOBER, begin) == nothing
    assert gather(file_book, OCTOBER, MORNING).tables["stations"].rows


def test_a_seal_set_later_is_not_known_before(file_book: Book) -> None:
    reported(file_book, "早", MORNING, MORNING)
    closing = at("2026-11-02 一 09:00")
    then = told(file_book, NOVEMBER, closing)
    close_period(file_book, OCTOBER, now=closing + timedelta(1), actor="管理员")
    assert told(file_book, NOVEMBER, closing) == then
    told_of = (
        gather(file_book, NOVEMBER, LATER, (), sealed_facts(file_book.engine, LATER)).tables["before"].dicts()
    )
    assert [bool(row["sealed"]) for row in told_of] == [True, False]


def test_what_was_counted_adds_up_and_what_was_listed_follows_on() -> None:
    columns = ("class", "n", "capacity")
    parts = [Rows.of(columns, [("a", 1, "8.5"), ("b", 2, "3")]), Rows.of(columns, [("a", 4, "1.50")])]
    assert merged(parts).rows == (("a", 5, "10"), ("b", 2, "3"))
    lists = [Rows.of(("number", "capacity"), [("1", "8")]), Rows.of(("number", "capacity"), [("1", "8")])]
    assert merged(lists).rows == (("1", "8"), ("1", "8"))
