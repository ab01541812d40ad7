"""廉洁线索 by a program."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests.alerts.company import EAST
from tests.web.api.conftest import Program
from tests.web.conftest import NOW
from tests.web.desk_work import accept
from workflow.book import Book
from workflow.findings import Code
from workflow.tables import application, finding

Come = Callable[..., Program]
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)


def test_what_was_found(book: Book, program: Come) -> None:
    accept(book, "A1")
    accept(book, "B2", station=EAST, manager="王五")
    with book.engine.begin() as connection:
        ids = {row.number: row.id for row in connection.execute(sa.select(application))}
        for number, code in (("A1", Code.SEQUENCE), ("B2", Code.SEQUENCE), ("B2", Code.ONE_PERSON)):
            row = {"application_id": ids[number], "code": code.value, "evidence": number}
            connection.execute(sa.insert(finding).values(row | {"people": "王五、李四", "found_at": NOW}))
    leader = program("sunba")
    told = [(each["code"], each["number"]) for each in leader.every("/findings?limit=1")]
    assert told == [("one_person", "B2"), ("sequence", "B2"), ("sequence", "A1")]
    (one,) = leader.get(f"/findings?station={EAST}&code=one_person").json()["items"]
    assert (one["people"], one["evidence"], one["manager"]) == (["王五", "李四"], "B2", "王五")
    assert leader.get("/findings?number=C3").json() == {"items": [], "next": None}
    for wrong in ("code=fraud", "number=%00", "cursor=W10"):
        assert leader.get(f"/findings?{wrong}").status_code == 422, wrong
    assert program("zhaoliu").get("/findings").json()["code"] == "right_missing"
