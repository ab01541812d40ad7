"""阅读记录 by a program."""

from collections.abc import Callable

import pytest

from tests.web.api.conftest import Program
from tests.web.conftest import Clock
from tests.web.desk_work import accept
from workflow.book import Book

Come = Callable[..., Program]
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)


def test_who_read_what(book: Book, program: Come, clock: Clock) -> None:
    accept(book, "A1")
    accept(book, "A2")
    lisi, head, admin = program("lisi"), program("zhaoliu"), program("admin")
    for who, number in ((lisi, "A1"), (head, "A1"), (lisi, "A2")):
        assert who.get(f"/applications/{number}").status_code == 200
        clock.move(minutes=10)
    told = [(each["login"], each["number"], each["what"]) for each in admin.every("/audit?limit=1")]
    assert told == [("lisi", "A2", "api"), ("zhaoliu", "A1", "api"), ("lisi", "A1", "api")]
    (first,) = admin.get("/audit?account=李四&number=A1").json()["items"]
    assert (first["at"], first["where"], first["role"]) == (
        "2026-11-20T18:00:00+08:00", "数据接口", "account_manager",
    )  # fmt: skip
    between = "since=2026-11-20T18:10:00%2B08:00&until=2026-11-20T18:20:00%2B08:00"
    assert [each["login"] for each in admin.get(f"/audit?{between}").json()["items"]] == ["zhaoliu"]
    for wrong in ("since=2026-11-20", "number=%00", "cursor=x", f"until=2020-01-01T00:00:00Z&{between[:32]}"):
        assert admin.get(f"/audit?{wrong}").status_code == 422, wrong
    assert lisi.get("/audit").json()["code"] == "right_missing"
