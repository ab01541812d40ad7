"""A company and its applications, and what everybody in it must hear: told by hand, not by the program.

Whom a level goes to stands here a second time, person by person, so that the tests of telling people compare
the program with what the policy says and not with itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.dates import at
from tests.reports.books import resident
from workflow import cases, store
from workflow.book import Book
from workflow.people.roster import import_organisation, record_absence
from workflow.rules import load_rules
from workflow.tables import application, threshold

CITY, EAST, SOUTH = "城关供电所", "东岭供电所", "南湾供电所"
COMPANY, CENTRE = "示例县供电公司", "供电服务指挥中心"
ROBOTS = {"城关": "key-city", "东岭": "key-east", "公司": "key-company"}
FOUNDED = at("2026-10-08 四 08:00")

# Who is there for what, and how each is reached.
POSTS = {
    "李四": (CITY, "account_manager"),
    "班长甲": (CITY, "team_leader"),
    "所长甲": (CITY, "station_head"),
    "王五": (EAST, "account_manager"),
    "所长乙": (EAST, "station_head"),
    "赵六": (SOUTH, "account_manager"),
    "钱七": (SOUTH, "team_leader"),
    "所长丙": (SOUTH, "station_head"),
    "值班甲": (CENTRE, "command_centre"),
    "总经理": (COMPANY, "leader"),
    "监督员甲": (COMPANY, "integrity"),
}
CONTACTS = {
    "李四": {"wecom": "城关@13800000001", "webhook": "people/li"},
    "班长甲": {"webhook": "people/ban"},
    "所长甲": {"wecom": "城关"},
    "王五": {"wecom": "东岭@13800000002"},
    "赵六": {"wecom": "公司@13800000003"},
    "钱七": {"wecom": "公司@13800000004"},
    "所长丙": {"webhook": "heads/south"},
    "值班甲": {"webhook": "watch"},
    "总经理": {"wecom": "公司@13800000005", "webhook": "leaders"},
    "监督员甲": {"webhook": "integrity"},
}
# Who is where each level of a station's application goes, the account manager apart: 东岭 has no team leader.
TEAM = {CITY: ["班长甲"], EAST: [], SOUTH: ["钱七"]}
HEAD = {CITY: ["所长甲"], EAST: ["所长乙"], SOUTH: ["所长丙"]}
# 赵六 is away, and 钱七 stands in.
HEARS = {"赵六": "钱七"}
LEVELS = ("blue", "orange", "yellow", "red")
LOWEST = {"local": "blue", "company": "orange", "national": "orange", "regulator": "orange"}


@dataclass(frozen=True)
class Reached:
    """A level that was reached, read from the threshold rows."""

    threshold_id: int
    application_id: int
    number: str
    station: str
    manager: str
    layer: str
    name: str
    level: str
    at: datetime

    @property
    def clock(self) -> tuple[int, str, str]:
        return self.application_id, self.layer, self.name

    @property
    def spoken(self) -> bool:
        """Whether the ladder speaks of this level of this layer."""
        return LEVELS.index(self.level) >= LEVELS.index(LOWEST[self.layer])


def organisation(folder: Path, *, reachable: bool) -> Path:
    """The file of the company; not ``reachable``: everybody looks at the desk only."""
    units = [f'[[unit]]\nname = "{COMPANY}"\nkind = "company"']
    kinds = {CITY: "station", EAST: "station", SOUTH: "station", CENTRE: "centre"}
    units += [
        f'[[unit]]\nname = "{name}"\nkind = "{kind}"\nparent = "{COMPANY}"' for name, kind in kinds.items()
    ]
    people = [
        f'[[person]]\ncode = "{code(name)}"\nname = "{name}"\n'
        f'posts = [{{ unit = "{unit}", post = "{post}", from = 2026-01-01 }}]\n' + _contacts(name, reachable)
        for name, (unit, post) in POSTS.items()
    ]
    path = folder / "organisation.toml"
    path.write_text("\n\n".join([*units, *people]), encoding="utf-8")
    return path


def _contacts(name: str, reachable: bool) -> str:
    if not reachable or name not in CONTACTS:
        return ""
    listed = ", ".join(f'{way} = "{where}"' for way, where in CONTACTS[name].items())
    return f"contacts = {{ {listed} }}"


def code(name: str) -> str:
    return f"{list(POSTS).index(name) + 1:04}"


def company(url: str, folder: Path, *, reachable: bool = True) -> Book:
    """A book on the migrated database at ``url`` with the company in it."""
    book = Book(store.open_engine(url), load_rules())
    import_organisation(book.engine, organisation(folder, reachable=reachable), now=FOUNDED, actor="管理员")
    record_absence(
        book.engine, code("赵六"), from_at=FOUNDED, to_at=at("2026-12-31 四 18:00"),
        stand_in=code("钱七"), reason="培训", now=FOUNDED, actor="所长丙",
    )  # fmt: skip
    return book


def accept(book: Book, number: str, station: str, manager: str, when: datetime) -> None:
    registration = resident(number, station=station, manager=manager)
    cases.accept(book, number, registration, at=when, now=when, actor="受理员")


MANAGERS = {CITY: "李四", EAST: "王五", SOUTH: "赵六"}
DAYS = ("2026-10-08 四", "2026-10-09 五", "2026-10-12 一", "2026-10-13 二", "2026-10-14 三")


def fill(book: Book, days: Iterable[str] = DAYS, each_day: int = 3) -> None:
    """Households of every station on each of ``days``; one is suspended, one names nobody known."""
    for day in days:
        for station, manager in MANAGERS.items():
            for index in range(each_day):
                number = f"{day[8:10]}-{manager}-{index}"
                accept(book, number, station, manager, at(f"{day} {9 + index:02}:00"))
    accept(book, "无主", EAST, "不在册", at("2026-10-13 二 09:30"))
    accept(book, "挂起", CITY, "李四", at("2026-10-12 一 09:30"))
    paused = at("2026-10-12 一 15:00")
    cases.suspend(
        book,
        "挂起",
        reason="客户要求",
        evidence="申请书",
        approver="所长甲",
        at=paused,
        now=paused,
        actor="李四",
    )


# -- what must come of it --------------------------------------------------------------------------


def reached(book: Book, until: datetime) -> list[Reached]:
    """Every level reached by ``until``, by the threshold rows alone."""
    columns = (
        threshold.c.id,
        threshold.c.application_id,
        application.c.number,
        application.c.station,
        application.c.manager,
        threshold.c.layer,
        threshold.c.name,
        threshold.c.level,
        threshold.c.crosses_at,
    )
    wanted = sa.select(*columns).join(application, application.c.id == threshold.c.application_id)
    with store.reading(book.engine) as connection:
        rows = connection.execute(wanted.where(threshold.c.crosses_at <= until)).all()
    return [Reached(*row) for row in rows]


def highest(levels: Iterable[Reached]) -> dict[tuple[int, str, str], Reached]:
    """Of each clock the highest level."""
    found: dict[tuple[int, str, str], Reached] = {}
    for each in sorted(levels, key=lambda one: LEVELS.index(one.level)):
        found[each.clock] = each
    return found


def hearers(station: str, manager: str, level: str) -> set[str]:
    """Who hears of ``level`` (yekuo-levels.toml), whoever is away replaced; red nobody signs climbs."""
    people = [HEARS.get(manager, manager)] if manager in POSTS else []
    if level != "blue":
        people += TEAM[station]
    if level in ("yellow", "red"):
        people += [*HEAD[station], "值班甲"]
    if level == "red":
        people += ["总经理", "监督员甲"]
    return set(people)


def ways(person: str) -> set[str]:
    """On which channels ``person`` is reached."""
    return {"desk", *CONTACTS.get(person, {})}


def level_messages(levels: Iterable[Reached]) -> set[tuple[int, str, str, str]]:
    """(threshold, person, channel, state): the highest of each clock is sent, the lower ones are recorded."""
    listed = list(levels)
    top = highest(listed)
    found = set()
    for each in listed:
        if not each.spoken:
            continue
        told = top[each.clock] is each
        state = "sent" if told else "suppressed"
        for person in hearers(each.station, each.manager, each.level):
            channels = ways(person) if told else {"desk"}
            found |= {(each.threshold_id, person, channel, state) for channel in channels}
    return found


def rows_of_three(levels: Iterable[Reached]) -> dict[str, Reached]:
    """Three local yellows in a row of one person or station, none met in between: by key, the third of each."""
    yellows = [each for each in levels if each.level == "yellow" and each.layer == "local"]
    firsts: dict[int, Reached] = {}
    for each in sorted(yellows, key=lambda one: (one.at, one.threshold_id)):
        firsts.setdefault(each.application_id, each)
    mine: Mapping[tuple[str, str], list[Reached]] = defaultdict(list)
    for each in sorted(firsts.values(), key=lambda one: (one.at, one.number)):
        mine[each.station, each.manager].append(each)
        mine[each.station, "*"].append(each)
    return {
        f"repeated:{station}:{manager}:{row[third].threshold_id}": row[third]
        for (station, manager), row in mine.items()
        for third in range(2, len(row), 3)
    }


def rows(book: Book, wanted: sa.Select[Any]) -> list[sa.Row[Any]]:
    with store.reading(book.engine) as connection:
        return list(connection.execute(wanted))
