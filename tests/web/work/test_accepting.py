"""Accepting: the same rules for the page and the API, every fault at once, done once."""

from typing import Any

import pytest
from fastapi import FastAPI

from limits.documents import AcceptanceMode
from limits.terms import CustomerClass
from tests.alerts.company import CITY, COMPANY, EAST
from tests.dates import at
from tests.web.conftest import NOW
from tests.web.conftest import account_of as kept_account
from tests.web.desk_work import account_of
from tests.web.entering import entered
from tests.web.pages.test_acting import hidden
from web import errors
from web.access.read_log import readings
from web.access.rights import Role
from web.desk import Desk
from web.work import accepting
from workflow.actions import ClockEffect
from workflow.book import Book
from workflow.documents import ExtraDocument, checklist
from workflow.errors import ApplicationExists, ApplicationUnknown
from workflow.explaining import explain_application
from workflow.progress import customer_code

CLERK = account_of(Role.CLERK, "柜台甲", CITY)
TOLD: dict[str, Any] = {
    "number": "４１26 1120",
    "at": "2026-11-20T17:30",
    "customer": "振兴机械有限公司",
    "address": "城关镇工业路 8 号",
    "voltage": "10kV",
    "capacity": "630kVA",
    "trade": "industrial",
    "customer_works": "true",
}
SHOP = TOLD | {"voltage": "380V", "capacity": "100", "trade": "commercial", "customer_works": ""}


def faults(desk: Desk, **changed: Any) -> str:
    with pytest.raises(errors.RequestInvalid) as refused:
        accepting.read(desk, CLERK, TOLD | changed, NOW)
    return refused.value.message


def test_what_is_left_out_is_what_there_is_but_one_of(still: Desk) -> None:
    wanted = accepting.read(still, CLERK, TOLD, NOW)
    held = wanted.registration
    assert (wanted.number, held.unit, held.station, held.manager) == ("41261120", COMPANY, CITY, "")
    assert (str(held.capacity), held.customer_class) == ("630", CustomerClass.HV_ORDINARY)
    assert wanted.at == at("2026-11-20 五 17:30")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"boundary": "true"}, CustomerClass.LV_MICRO),
        ({"capacity": "160.5"}, CustomerClass.LV_OTHER),
        ({"traits": ["state_owned"]}, CustomerClass.LV_OTHER),
        ({"traits": ["state_owned"], "at": "2026-11-20T18:00+08:00"}, CustomerClass.LV_OTHER),
        ({"trade": "household"}, CustomerClass.LV_RESIDENT),
        ({"trade": "", "customer_class": "lv_other"}, CustomerClass.LV_OTHER),
        ({"trade": "other", "traits": ["important"], "voltage": "35kV"}, CustomerClass.HV_IMPORTANT),
    ],
)
def test_the_class_follows_from_the_dated_rules(
    still: Desk, changed: dict[str, Any], expected: CustomerClass
) -> None:
    assert accepting.read(still, CLERK, SHOP | changed, NOW).registration.customer_class is expected


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"number": ""}, "“申请编号”没有填写"),
        ({"number": "x" * 65}, "“申请编号”有 65 个字，最多 64 个"),
        ({"number": "../A1"}, "“申请编号”写的是“../A1”，不是编号"),
        ({"number": "A1/"}, "“申请编号”写的是“A1/”，不是编号"),
        ({"number": "A\u200b1"}, "“申请编号”含有看不见的字符"),
        ({"customer": "振兴\u202e公司"}, "“客户名称”含有看不见的字符"),
        ({"customer": "a\0b"}, "“客户名称”含有不可见的空字符"),
        ({"customer": "\ud800"}, "“客户名称”含有认不出的字"),
        ({"at": "2026-11-20T18:01"}, "“受理时间”2026-11-20 18:01 晚于现在 2026-11-20 18:00"),
        ({"at": "2026-11-31T09:00"}, "“受理时间”没有填写或写法不对"),
        ({"at": "0001-01-01T00:00+14:00"}, "“受理时间”没有填写或写法不对"),
        ({"at": "1999-01-01T00:00"}, "“受理时间”早得不可能"),
        ({"applied_at": "2026-11-20T17:31"}, "“申请时间”晚于“受理时间”"),
        ({"capacity": "-5"}, "“报装容量”写的是“-5”，应大于零"),
        ({"voltage": "10"}, "“供电电压”10不在可选范围内"),
        ({"station": EAST}, f"“供电所”应为{CITY}"),
        ({"unit": "别的公司"}, f"“供电单位”应为{COMPANY}"),
        ({"manager": "王五"}, f"“客户经理”王五不是{CITY}的在职客户经理"),
        ({"customer_class": "hv_important"}, "“客户类别”选的是高压重要，而高压，630 kW，工业应为高压普通"),
        ({"trade": "", "customer_class": "lv_micro"}, "“客户类别”低压小微企业与高压、报装容量 630 不符"),
        ({"trade": ""}, "“客户类别”和“用电性质”没有选"),
        ({"boundary": "true"}, "投资至红线没有客户外部工程"),
        ({"voltage": "380V", "capacity": "9"}, "低压小微企业投资至红线，“投资至红线”应为“是”"),
        ({"traits": ["rich"]}, "“客户情况”rich不在可选范围内"),
    ],
)  # fmt: skip
def test_every_fault_is_told(still: Desk, changed: dict[str, Any], told: str) -> None:
    assert told in faults(still, **changed)


def test_all_faults_at_once(still: Desk) -> None:
    assert faults(still, customer=" ", voltage="", capacity="许多").count("；") >= 2


def test_what_was_at_hand_says_how_it_is_accepted(still: Desk) -> None:
    shop, both = SHOP | {"boundary": "true"}, ("business_licence", "property_certificate")
    for papers, mode in zip((both, both[:1], ()), AcceptanceMode, strict=True):
        wanted = accepting.read(still, CLERK, shop | {"papers": list(papers)}, NOW)
        assert accepting.documents(still, wanted).mode is mode
    with pytest.raises(ExtraDocument):
        accepting.read(still, CLERK, shop | {"papers": ["bank_statement"]}, NOW)


def test_what_will_follow_is_foreseen_and_not_written(still: Desk) -> None:
    wanted = accepting.read(still, CLERK, TOLD | {"at": "2026-09-24T10:00"}, NOW)
    found = accepting.foresee(still, CLERK, wanted, NOW)
    assert {each.effect for each in found.clocks} == {ClockEffect.STARTS}
    due = {(each.layer.value, each.name): each.after.due_on for each in found.clocks if each.after}
    assert due["local", "company_time"] == at("2026-10-23 五 00:00").date()
    assert found.reached
    assert "backfilled" in {each.code.value for each in found.findings}
    with pytest.raises(ApplicationUnknown):
        explain_application(still.book, wanted.number, NOW)
    again = accepting.read(still, CLERK, TOLD | {"number": "A1"}, NOW)
    with pytest.raises(ApplicationExists):
        accepting.foresee(still, CLERK, again, NOW)


def test_the_code_is_for_who_accepted_it_or_sees_it(still: Desk) -> None:
    code = customer_code(still.book, "A1", NOW)
    for who in (kept_account(still.engine, "clerk"), kept_account(still.engine, "lisi")):
        assert accepting.handed(still, who, "A1", NOW) == code
    colleague = account_of(Role.ACCOUNT_MANAGER, "张三", CITY)
    elsewhere = account_of(Role.CLERK, "柜台甲", EAST)
    for who in (colleague, elsewhere):
        with pytest.raises(ApplicationUnknown):
            accepting.handed(still, who, "A1", NOW)
    told = [(each.login, each.what) for each in readings(still.engine, number="A1").rows]
    assert told == [
        ("lisi", "code"),
        ("clerk", "code"),
    ]  # who could rate in the customer's place is on record


def test_a_customer_is_accepted_at_the_desk(desk: FastAPI, book: Book) -> None:
    clerk = entered(desk, "clerk")
    form = hidden(clerk.get("/accept").text) | TOLD | {"papers": ["business_licence", "property_certificate"]}
    refused = clerk.post("/accept", form | {"capacity": "<b>"})
    assert refused.status_code == 422
    assert 'value="振兴机械有限公司"' in refused.text
    assert "&lt;b&gt;" in refused.text
    shown = clerk.post("/accept", form)
    assert shown.status_code == 200
    for each in (
        "用电申请、供电方案答复、客户外部工程实施、装表接电",
        "两证办结",
        "2026-12-14（周一）",
        "营业执照",
        "<dt>以后会达到</dt><dd><details><summary>24 项</summary>",
    ):
        assert each in shown.text, each
    confirmed = dict(form) | {"at": "2026-11-20T17:30:00", "stage": "confirm"}
    answers = [clerk.post("/accept", confirmed) for _ in range(2)]
    assert [each.headers["location"] for each in answers] == ["/accept/done/41261120"] * 2
    page = clerk.get("/accept/done/41261120").text
    assert customer_code(book, "41261120", NOW) in page
    assert 'href="/applications/41261120"' in page
    assert checklist(book, "41261120", NOW).mode is AcceptanceMode.TWO_DOCUMENT
    recorded = explain_application(book, "41261120", NOW).events
    assert [each.type.value for each in recorded] == ["accepted", "document_received", "document_received"]
    assert {(each.actor, each.recorded_at) for each in recorded} == {("clerk", NOW)}


def test_who_may_not_accept_is_told_so(desk: FastAPI) -> None:
    assert entered(desk, "zhoujiu").get("/accept").status_code == 403
