"""The desk of the demo: somebody of every post, and applications to take, to record and to be late with.

People, customers and places are invented; the people are those of data/organisations/neixiang-sample.toml.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from alerts.duties.facts import duty_facts
from limits.terms import CustomerClass, Step, Supplies, Voltage
from limits.zone import SHANGHAI
from reports.periods import Period
from reports.stations import evaluating
from reports.stations.judging import Judgement
from reports.stations.kept import Case
from web.access import accounts
from web.access.rights import MATRIX, Right, Role
from web.navigation import NAVIGATION
from workflow import cases, ratings
from workflow.book import Book
from workflow.history import Registration

COMPANY, STATION, ELSEWHERE = "国网内乡县供电公司", "城关供电所", "湍东供电所"
MANAGER, HEAD, CLERK, SUPERVISOR = "城关经理丙", "城关所长甲", "城关客服甲", "廉政监督员甲"
# Who is told how to see the progress of an own application.
RATED = "4126111200305"
# Login, role, 工号; who is nobody of the organisation has none.
PEOPLE = (
    ("nx035", Role.CLERK, "NX035"),
    ("nx025", Role.ACCOUNT_MANAGER, "NX025"),
    ("nx036", Role.TECHNICIAN, "NX036"),
    ("nx037", Role.METERING, "NX037"),
    ("nx022", Role.TEAM_LEADER, "NX022"),
    ("nx021", Role.STATION_HEAD, "NX021"),
    ("nx002", Role.DEPARTMENT, "NX002"),
    ("nx001", Role.LEADER, "NX001"),
    ("nx007", Role.COMMAND_CENTRE, "NX007"),
    ("nx009", Role.INTEGRITY, "NX009"),
    ("jianguan", Role.REGULATOR, None),
    ("admin", Role.ADMINISTRATOR, None),
)
RESIDENT, MICRO, OTHER = CustomerClass.LV_RESIDENT, CustomerClass.LV_MICRO, CustomerClass.LV_OTHER
HIGH = CustomerClass.HV_ORDINARY
# Number, day and hour of November 2026, class, capacity, station, account manager.
APPLICATIONS = (
    ("4126111000301", (10, 9), MICRO, 60, STATION, MANAGER),
    ("4126111700302", (17, 9), OTHER, 40, STATION, MANAGER),
    ("4126111900303", (19, 10), RESIDENT, 8, STATION, MANAGER),
    ("4126110300304", (3, 15), HIGH, 630, STATION, MANAGER),
    (RATED, (12, 9), HIGH, 315, STATION, MANAGER),
    ("4126111800306", (18, 16), MICRO, 120, STATION, MANAGER),
    ("4126112000307", (20, 9), RESIDENT, 8, STATION, ""),
    ("4126111900308", (19, 9), OTHER, 90, STATION, ""),
    ("4126111800309", (18, 11), MICRO, 50, STATION, ""),
    ("4126111600310", (16, 10), HIGH, 800, STATION, ""),
    ("4126112000311", (20, 10), RESIDENT, 10, ELSEWHERE, ""),
    ("4126111900312", (19, 15), MICRO, 30, ELSEWHERE, ""),
)


@dataclass(frozen=True, slots=True)
class Entrance:
    """An account of the demo and what it sees first."""

    login: str
    name: str
    role: Role
    unit: str
    sees: str


def enrol(engine: sa.Engine, password: str, now: datetime) -> Iterator[Entrance]:
    """An account for each of :data:`PEOPLE`, all with ``password``."""
    for login, role, code in PEOPLE:
        made = accounts.create(engine, login, password, role, code=code, now=now, by="演示")
        yield Entrance(login, made.name, role, made.unit, _sees(role))


def populate(book: Book) -> None:
    """Applications of the last weeks: some late, one replied, one suspended, some that nobody owns."""
    for index, (number, when, of_class, capacity, station, manager) in enumerate(APPLICATIONS, start=1):
        at = _november(*when)
        registration = _registration(index, of_class, capacity, station, manager)
        cases.accept(book, number, registration, at=at, now=at, actor=CLERK)
    approved, replied, rated = _november(17, 16), _november(18, 9), _november(19, 20)
    cases.approve_plan(book, RATED, at=approved, now=approved, actor=HEAD)
    cases.reply_plan(book, RATED, at=replied, now=replied, actor=MANAGER)
    ratings.rate(book, RATED, step=Step.APPLY, score=5, text="一次办好", at=rated, now=rated, actor="客户")
    suspended = _november(19, 11)
    cases.suspend(
        book, "4126111800306", reason="客户要求推迟装修", evidence="客户书面申请", approver=HEAD,
        at=suspended, now=suspended, actor=MANAGER,
    )  # fmt: skip
    _evaluate(book)


# Of the evaluation of the first half-year: what the station gave itself less than all, and the review less than that.
OWN_LESS = {4: 3, 18: 0, 26: 0, 27: 0}
REVIEWED_LESS = {12: (6, "7 月的停电信息公布晚了一天")}


def _evaluate(book: Book) -> None:
    """The station's first half-year, closed; of the second, a few items scored and one reviewed."""
    case = Case(book, STATION, Period.parse("2026-H1"), duty_facts)
    opened, scored, closed = (datetime(2026, 7, day, 9, tzinfo=SHANGHAI) for day in (3, 8, 15))
    items = evaluating.open_evaluation(case, now=opened, actor=SUPERVISOR).items
    own = [
        Judgement(each.item.no, OWN_LESS.get(each.item.no, each.item.points), f"台账第 {each.item.no} 页")
        for each in items
    ]
    evaluating.score(case, *own, now=scored, actor=HEAD)
    judged = [Judgement(each.item, *REVIEWED_LESS.get(each.item, (each.points, ""))) for each in own]
    evaluating.review(case, *judged, now=closed, actor=SUPERVISOR)
    evaluating.close(case, now=closed, actor=SUPERVISOR, text="制度健全，走访和公开要补齐")
    running = Case(book, STATION, Period.parse("2026-H2"), duty_facts)
    evaluating.open_evaluation(running, now=_november(16, 9), actor=HEAD)
    evaluating.score(running, *own[:8], now=_november(17, 9), actor=HEAD)
    evaluating.review(running, judged[0], now=_november(18, 9), actor=SUPERVISOR)


def _registration(
    index: int, of_class: CustomerClass, capacity: int, station: str, manager: str
) -> Registration:
    return Registration(
        unit=COMPANY,
        station=station,
        customer=f"演示客户{index:02}",
        address=f"演示路 {index} 号",
        customer_class=of_class,
        voltage=_voltage(of_class),
        supplies=Supplies.SINGLE,
        capacity=Decimal(capacity),
        channel="营业厅",
        boundary=of_class is MICRO,
        customer_works=of_class is HIGH,
        manager=manager,
    )


def _voltage(of_class: CustomerClass) -> Voltage:
    if of_class is HIGH:
        return Voltage.KV10
    return Voltage.V220 if of_class is RESIDENT else Voltage.V380


def _sees(role: Role) -> str:
    """The first pages of the navigation that the role may open."""
    allowed = MATRIX[role]
    return "、".join(each.label for each in NAVIGATION if each.right in allowed - {Right.SIGN_IN})


def _november(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=SHANGHAI)
