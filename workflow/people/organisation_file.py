"""An organisation as a company writes it down: one TOML file, read whole or refused whole (X).

```toml
[[unit]]
name = "城关供电所"
kind = "station"
parent = "国网某县供电公司"

[[person]]
code = "0001"
name = "张三"
posts = [{ unit = "城关供电所", post = "account_manager", from = 2026-01-01 }]
contacts = { wecom = "城关@13800000000", email = "zhangsan@example.invalid" }
```
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path

import sqlalchemy as sa

from limits.files.toml_reader import PolicyRefused, Reader, open_toml
from limits.force import Force
from limits.terms import Channel, Post
from workflow.errors import OrganisationRefused
from workflow.people.organisation import UnitKind
from workflow.people.tables import contact, person, unit

UNIT = "城关供电所"
POST = '{ unit = "城关供电所", post = "account_manager", from = 2026-01-01 }'
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
EXAMPLES = {Channel.EMAIL: "zhangsan@example.invalid", Channel.WEBHOOK: "0001"}


@dataclass(frozen=True, slots=True)
class ListedUnit:
    """A unit; ``parent`` is the name of the one above it, None for the company."""

    name: str
    kind: UnitKind
    parent: str | None


@dataclass(frozen=True, slots=True)
class ListedPost:
    """A post held in a unit on the days of ``force``."""

    unit: str
    post: Post
    force: Force


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A person with everything they do and every way to reach them."""

    code: str
    name: str
    posts: tuple[ListedPost, ...]
    contacts: tuple[tuple[Channel, str], ...]


@dataclass(frozen=True, slots=True)
class ListedOrganisation:
    """The whole file."""

    file: str
    units: tuple[ListedUnit, ...]
    people: tuple[ListedPerson, ...]

    @property
    def company(self) -> ListedUnit:
        """The one company."""
        return next(each for each in self.units if each.kind is UnitKind.COMPANY)


def read_organisation(path: Path) -> ListedOrganisation:
    """The organisation in the file at ``path``. Raises OrganisationRefused, naming the place of the fault."""
    try:
        return open_toml(path, _organisation)
    except PolicyRefused as refused:
        raise OrganisationRefused(**refused.facts) from refused


def _organisation(reader: Reader) -> ListedOrganisation:
    units = _units(reader)
    names = {each.name for each in units}
    people: dict[str, ListedPerson] = {}
    for inner in reader.tables("person"):
        found = _person(inner, names)
        if found.code in people:
            inner.refuse(
                f"工号 {found.code} 已用于{people[found.code].name}",
                "每人只写一次",
                'code = "0002"',
                at="code",
            )
        people[found.code] = found
    return ListedOrganisation(reader.file, units, tuple(people.values()))


def _units(reader: Reader) -> tuple[ListedUnit, ...]:
    read = [(inner, _unit(inner)) for inner in reader.tables("unit")]
    companies = [each for each in read if each[1].kind is UnitKind.COMPANY]
    if not companies:
        reader.refuse("没有公司", "恰好一个 kind 为 company 的单位", 'kind = "company"', at="unit")
    if len(companies) > 1:
        found = f"{companies[0][1].name}之外还有公司{companies[1][1].name}"
        companies[1][0].refuse(found, "恰好一个公司", 'kind = "station"', at="kind")
    parents: dict[str, str | None] = {}
    for inner, each in read:
        if each.name in parents:
            inner.refuse(f"单位{each.name}写了两次", "每个单位只写一次", f'name = "{UNIT}"', at="name")
        parents[each.name] = each.parent
    for inner, each in read:
        if each.parent is not None and each.parent not in parents:
            found, example = f"没有单位 {each.parent}", f'parent = "{companies[0][1].name}"'
            inner.refuse(found, "本文件中某个单位的名称", example, at="parent")
    for inner, each in read:
        _refuse_circle(inner, each, parents)
    return tuple(each for _, each in read)


def _unit(reader: Reader) -> ListedUnit:
    name = _text(reader, "name", unit.c.name, UNIT)
    kind = reader.enum("kind", UnitKind)
    if kind is UnitKind.COMPANY:
        if (above := reader.maybe("parent", str, '"国网某县供电公司"')) is not None:
            reader.refuse(f"公司还有上级 {above}", "公司不写 parent", 'kind = "station"', at="parent")
        parent = None
    else:
        parent = _text(reader, "parent", unit.c.name, "国网某县供电公司")
    reader.close()
    return ListedUnit(name, kind, parent)


def _refuse_circle(reader: Reader, listed: ListedUnit, parents: dict[str, str | None]) -> None:
    """From every unit the way up ends at the company."""
    passed: list[str] = []
    name: str | None = listed.name
    while name is not None:
        if name in passed:
            found = f"上级绕成了圈：{' → '.join([*passed, name])}"
            reader.refuse(found, "逐级向上能到公司", 'parent = "国网某县供电公司"', at="parent")
        passed.append(name)
        name = parents[name]


def _person(reader: Reader, units: set[str]) -> ListedPerson:
    code = _text(reader, "code", person.c.code, "0001")
    name = _text(reader, "name", person.c.name, "张三")
    posts = tuple(_post(inner, units) for inner in reader.tables("posts"))
    if not posts:
        reader.refuse("没有岗位", "至少一个岗位；不再任职的人请从文件中删去", f"posts = [{POST}]", at="posts")
    _refuse_overlap(reader, posts)
    told = reader.table("contacts")
    contacts = _contacts(told) if told else ()
    reader.close()
    return ListedPerson(code, name, posts, contacts)


def _post(reader: Reader, units: set[str]) -> ListedPost:
    name = _text(reader, "unit", unit.c.name, UNIT)
    if name not in units:
        reader.refuse(f"没有单位 {name}", "本文件中某个单位的名称", f'unit = "{UNIT}"', at="unit")
    post = reader.enum("post", Post)
    since = reader.take("from", date, "2026-01-01")
    until = reader.maybe("until", date, "2026-12-31")
    if until is not None and until < since:
        reader.refuse(
            f"until = {until} 早于 from = {since}", "不早于 from 的日期", f"until = {since}", at="until"
        )
    reader.close()
    return ListedPost(name, post, Force(since, until))


def _refuse_overlap(reader: Reader, posts: Iterable[ListedPost]) -> None:
    for one, other in combinations(posts, 2):
        if (one.unit, one.post) == (other.unit, other.post) and one.force.overlaps(other.force):
            found = f"{one.unit}的{one.post.label}自 {one.force.since} 与自 {other.force.since} 的任职重叠"
            reader.refuse(found, "同一单位同一岗位的任职日期不重叠", f"posts = [{POST}]", at="posts")


def _contacts(reader: Reader) -> tuple[tuple[Channel, str], ...]:
    """By channel; the desk needs no address and is not written."""
    found: list[tuple[Channel, str]] = []
    for channel in (each for each in Channel if each is not Channel.DESK):
        key, example = channel.value, EXAMPLES.get(channel, "城关@13800000000")
        written = reader.maybe(key, str, f'"{example}"')
        if written is None:
            continue
        address = _fitting(reader, key, written, contact.c.address, example)
        if channel is Channel.EMAIL and not EMAIL.fullmatch(address):
            reader.refuse(f"{key} = {address!r}", "带 @ 的邮件地址", f'{key} = "{example}"', at=key)
        found.append((channel, address))
    reader.close()
    return tuple(found)


def _text(reader: Reader, key: str, column: sa.Column[str], example: str) -> str:
    """A text that can stand in ``column``, without the space around it."""
    return _fitting(reader, key, reader.take(key, str, f'"{example}"'), column, example)


def _fitting(reader: Reader, key: str, written: str, column: sa.Column[str], example: str) -> str:
    text, longest = written.strip(), _longest(column)
    said = f'{key} = "{example}"'
    if not text:
        reader.refuse(f"{key} 是空的", "不为空的文字", said, at=key)
    if not text.isprintable():
        reader.refuse(f"{key} = {text!r}，含有不可见的字符", "看得见的文字", said, at=key)
    if len(text) > longest:
        reader.refuse(f"{key} 有 {len(text)} 个字", f"最多 {longest} 个字", said, at=key)
    return text


def _longest(column: sa.Column[str]) -> int:
    length = column.type.length if isinstance(column.type, sa.String) else None
    if length is None:
        raise TypeError(f"{column} has no length")
    return length
