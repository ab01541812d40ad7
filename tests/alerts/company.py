"""A small company for the tests: two stations with their people, a leader and the command centre."""

from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from tests.dates import at
from workflow import store
from workflow.book import Book
from workflow.people.roster import import_organisation
from workflow.people.tables import unit

COMPANY = "示例县供电公司"
CITY, EAST = "城关供电所", "东岭供电所"
POSTS = {
    "李四": (CITY, "account_manager"),
    "王五": (EAST, "account_manager"),
    "赵六": (CITY, "station_head"),
    "钱七": (EAST, "station_head"),
    "孙八": (COMPANY, "leader"),
    "周九": ("供电服务指挥中心", "command_centre"),
}
CODES = {name: f"{index:04}" for index, name in enumerate(POSTS, start=1)}


BEGAN = at("2026-01-05 一 09:00")


def found(
    book: Book, folder: Path, stations: tuple[str, ...] = (CITY, EAST), *, now: datetime = BEGAN
) -> Book:
    """``book`` with the company in it; a station not among ``stations`` does not exist, nor do its people.

    What is new is on record from ``now`` on.
    """
    units = [f'[[unit]]\nname = "{COMPANY}"\nkind = "company"']
    units += [f'[[unit]]\nname = "{each}"\nkind = "station"\nparent = "{COMPANY}"' for each in stations]
    units.append(f'[[unit]]\nname = "供电服务指挥中心"\nkind = "centre"\nparent = "{COMPANY}"')
    people = [
        f'[[person]]\ncode = "{CODES[name]}"\nname = "{name}"\n'
        f'posts = [{{ unit = "{unit}", post = "{post}", from = 2026-01-01 }}]\n'
        f'contacts = {{ email = "{CODES[name]}@example.invalid" }}'
        for name, (unit, post) in POSTS.items()
        if unit in (*stations, COMPANY, "供电服务指挥中心")
    ]
    path = folder / "organisation.toml"
    path.write_text("\n\n".join([*units, *people]), encoding="utf-8")
    import_organisation(book.engine, path, now=now, actor="管理员")
    return book


def on_record(book: Book, since: datetime) -> None:
    """Every unit as if it had first been imported at ``since``: nothing is asked of a station before."""
    with store.writing(book.engine) as connection:
        connection.execute(sa.update(unit).values(recorded_at=since))
