"""Who may approve a suspension: by right, for the station, and never who asks for it."""

import pytest
from fastapi import FastAPI

from tests.alerts.company import CITY, CODES, EAST
from tests.dates import at
from tests.web.conftest import NOW
from tests.web.desk_work import accept
from tests.web.entering import entered
from tests.web.pages.test_acting import kinds, previewed
from web.access.approving import approvers, check_approver
from web.desk import Desk
from workflow.book import Book
from workflow.errors import SuspensionNotApproved
from workflow.people.roster import record_absence

WEDNESDAY, FRIDAY = at("2026-11-18 三 08:00"), at("2026-11-20 五 08:00")


def test_the_head_of_the_station_and_the_leaders(still: Desk) -> None:
    assert set(approvers(still, CITY, NOW, "李四")) == {"赵六", "孙八"}
    assert set(approvers(still, EAST, NOW, "李四")) == {"钱七", "孙八"}
    assert set(approvers(still, CITY, NOW, "赵六")) == {"孙八"}
    assert approvers(still, CITY, at("2025-12-31 三 12:00"), "李四") == (), "nobody held a post yet"
    check_approver(still, "A1", CITY, approver=" 赵六 ", handler="李四", at=NOW)
    for name in ("钱七", "王五", "张三", "周九"):
        with pytest.raises(
            SuspensionNotApproved, match=f"{name} 不能批准{CITY}的挂起，可以批准的有：孙八、赵六"
        ):
            check_approver(still, "A1", CITY, approver=name, handler="李四", at=NOW)


def test_who_stands_in_approves_as_long_as_the_head_is_away(desk: FastAPI, book: Book) -> None:
    accept(book, "A1")
    record_absence(
        book.engine, CODES["赵六"], from_at=WEDNESDAY, to_at=FRIDAY, stand_in=CODES["周九"],
        reason="培训", now=WEDNESDAY, actor="孙八",
    )  # fmt: skip
    visitor = entered(desk, "lisi")
    typed = {"reason": "等客户", "evidence": "书面", "approver": "周九"}
    assert previewed(visitor, "suspended", at="2026-11-19T10:00", **typed)[0] == 200
    status, page = previewed(visitor, "suspended", at="2026-11-20T10:00", **typed)
    assert status == 422
    assert "周九 不能批准" in page
    assert "suspended" not in kinds(book)
