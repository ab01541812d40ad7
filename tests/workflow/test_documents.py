"""Documents against the list of [34]: what is there, what is missing, and what must not be asked for."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from limits.documents import AcceptanceMode, Need
from limits.files.policies import load_policy_file
from limits.files.toml_reader import PolicyRefused
from limits.shipped import DATA
from limits.terms import CustomerClass, Mark
from tests.dates import on
from tests.workflow.histories import IMPORTANT, LIVES, ORDINARY, RESIDENT, START, accept, live
from workflow import cases, errors
from workflow.book import Book
from workflow.documents import Checklist, DocumentInvalid, ExtraDocument, checklist, receive
from workflow.events import EventType
from workflow.history import Registration
from workflow.rules import load_rules
from workflow.tables import finding
from workflow.verify import verify

DAY = timedelta(days=1)
POLICIES = load_rules().policies
FILE = DATA / "policies" / "documents-34.toml"


def take(book: Book, *kinds: str, days: int = 0, **more: object) -> None:
    moment = START + days * DAY
    for kind in kinds:
        receive(book, "A1", kind=kind, at=moment, now=moment + timedelta(minutes=5), actor="受理员", **more)  # type: ignore[arg-type]


def listed(book: Book, days: int = 0) -> Checklist:
    return checklist(book, "A1", START + days * DAY)


def missing(found: Checklist) -> list[Need]:
    return [line.need for line in found.needs if line.missing]


@pytest.mark.parametrize(
    ("registration", "kinds", "mode", "lacks"),
    [
        (RESIDENT, "id_card property_certificate", "two_document", ""),
        (RESIDENT, "household_register lease", "two_document", ""),
        (RESIDENT, "id_card", "deferred_document", "title"),
        (RESIDENT, "", "no_document", "identity title"),
        (RESIDENT, "lease", "no_document", "identity"),
        (ORDINARY, "business_licence land_certificate", "two_document", ""),
        (IMPORTANT, "business_licence land_certificate", "deferred_document", "approval"),
        (IMPORTANT, "business_licence land_certificate government_approval", "two_document", ""),
        (RESIDENT, "id_card lease authorisation", "deferred_document", "agent_identity"),
        (RESIDENT, "id_card lease authorisation agent_id_card", "two_document", ""),
    ],
)
def test_the_mode_is_by_what_was_there_and_the_rest_is_missing(
    book: Book, registration: Registration, kinds: str, mode: str, lacks: str
) -> None:
    accept(book, "A1", registration)
    take(book, *kinds.split())
    found = listed(book)
    assert found.mode is AcceptanceMode.of(mode)
    assert missing(found) == lacks.split()
    assert found.complete is (lacks == "")
    assert found.extra == ()
    assert verify(book).difference is None


def test_what_is_collected_at_the_survey_completes_the_list_and_leaves_the_mode(book: Book) -> None:
    accept(book, "A1", RESIDENT)
    take(book, "id_card", note="原件已核对", original=True, copies=2)
    take(book, "property_certificate", days=2)
    assert (listed(book, 1).mode, missing(listed(book, 1))) == (
        AcceptanceMode.DEFERRED_DOCUMENT,
        [Need.TITLE],
    )
    found = listed(book, 3)
    assert (found.mode, found.complete) == (AcceptanceMode.DEFERRED_DOCUMENT, True)
    [identity] = found.needs[0].received
    assert (identity.name, identity.original, identity.copies, identity.note) == (
        *("居民身份证", True, 2, "原件已核对"),
    )


@pytest.mark.parametrize(
    ("registration", "kind", "name"),
    [
        (RESIDENT, "government_approval", "政府立项（核准、备案）批准文件"),
        (RESIDENT, "business_licence", "营业执照"),
        (ORDINARY, "government_approval", "政府立项"),
        (RESIDENT, "supply_contract", "supply_contract"),
        (RESIDENT, "环评报告", "环评报告"),
        (RESIDENT, "", ""),
    ],
)
def test_a_document_that_is_not_on_the_list_is_refused_with_the_list(
    book: Book, registration: Registration, kind: str, name: str
) -> None:
    accept(book, "A1", registration)
    with pytest.raises(ExtraDocument, match=rf"收取“{name}.*居民身份证.*清单以外的资料一律不得"):
        take(book, kind)
    assert listed(book).needs[0].received == ()


def test_a_document_on_record_that_the_class_does_not_have_is_a_finding_once(book: Book) -> None:
    """Taken of an important customer who then turned out to be an ordinary one."""
    accept(book, "A1", IMPORTANT)
    take(book, "government_approval")
    assert listed(book).extra == ()
    for days, capacity in ((1, "400"), (2, "300")):
        cases.amend(
            book,
            "A1",
            changes={"customer_class": CustomerClass.HV_ORDINARY.value, "capacity": capacity},
            reason="核实为普通客户",
            at=START + days * DAY,
            now=START + days * DAY,
            actor="经理甲",
        )
    assert [each.kind for each in listed(book, 3).extra] == ["government_approval"]
    with book.engine.connect() as connection:
        [row] = connection.execute(sa.select(finding))
    assert (row.code, row.people) == ("extra_document", "经理甲")
    assert "高压普通客户的资料清单中没有“政府立项（核准、备案）批准文件”" in row.evidence


def test_the_archive_of_a_high_voltage_customer(book: Book) -> None:
    accept(book, "A1", ORDINARY)
    take(book, "survey_sheet")
    take(book, "plan_reply")
    lacking = {line.label for line in listed(book).archive if line.missing}
    assert lacking == {
        "用电申请书",
        "供电方案答复单",
        "供用电合同",
        "送电单",
    }  # a copy of the reply is not enough
    take(book, "plan_reply", original=True)
    assert "供电方案答复单" not in {line.label for line in listed(book).archive if line.missing}


@pytest.mark.parametrize("life", LIVES)
def test_opinions_are_in_the_archive_where_they_exist(book: Book, life: str) -> None:
    live(book, "A1", life, len(LIVES[life][1]) - 1)
    happened = {each.case for each in LIVES[life][1]}
    due = {line.kind for line in listed(book, 90).archive if line.due}
    high = LIVES[life][0].customer_class.high_voltage
    assert ("supply_contract" in due) is high
    assert ("design_opinion" in due) is (cases.review_design in happened)
    assert ("interim_opinion" in due) is (cases.finish_interim in happened)
    assert ("inspection_opinion" in due) is (cases.finish_final in happened)


@pytest.mark.parametrize(("copies", "note"), [(0, ""), (100, ""), (1, "字" * 257)])
def test_a_document_is_described_in_words_and_numbers_that_can_be(book: Book, copies: int, note: str) -> None:
    accept(book, "A1", RESIDENT)
    with pytest.raises(DocumentInvalid, match="A1"):
        take(book, "id_card", copies=copies, note=note)


def test_a_list_is_of_an_application_that_is_there(book: Book) -> None:
    with pytest.raises(errors.ApplicationUnknown):
        listed(book)
    accept(book, "A1", RESIDENT)
    with pytest.raises(errors.ApplicationUnknown):
        listed(book, -1)


# -- the file ---------------------------------------------------------------------------------------------


def test_every_class_proves_two_things_and_the_important_one_more() -> None:
    day = on("2026-09-01 二")
    for each in CustomerClass:
        needs = [rule.need for rule in POLICIES.materials_for(each, day)]
        extra = [Need.APPROVAL] if each is CustomerClass.HV_IMPORTANT else []
        assert needs == [Need.IDENTITY, Need.TITLE, *extra, Need.AUTHORISATION, Need.AGENT_IDENTITY]
        assert bool(POLICIES.archive_for(each, day)) is each.high_voltage
    assert {rule.citation.mark for rule in POLICIES.materials} == {Mark.SECONDARY}
    assert {rule.citation.mark for rule in POLICIES.archives} == {Mark.SECONDARY}
    assert POLICIES.papers_for(CustomerClass.LV_MICRO, on("2021-05-26 三")) is None


def test_before_the_list_was_in_force_nothing_is_extra(book: Book) -> None:
    early = replace(RESIDENT, address="别处")
    accept(book, "A1", early, START)
    bare = Book(book.engine, replace(book.rules, policies=replace(book.rules.policies, materials=())))
    take(bare, "环评报告")
    assert checklist(bare, "A1", START + DAY).extra == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('need = "title"', 'need = "tax"', 'material\\[3\\].need.*"tax"'),
        ('{ kind = "government_approval"', '{ colour = 1, kind = "government_approval"', "不认识的键 colour"),
        ('kind = "land_certificate"', 'kind = "lease"', "material\\[3\\].kind.*不重复的资料"),
        ('after = "design_passed"', 'after = "designed"', "archive\\[4\\].after.*'designed'"),
        ('class = ["lv_resident"]', 'class = ["lv_resident", "lv_micro"]', "identity lv_micro.*同时有效"),
        ('kind = "survey_sheet"', 'kind = "application_form"', "archive application_form.*同时有效"),
    ],
)
def test_a_fault_in_the_file_is_refused_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "broken.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyRefused, match=said):
        load_policy_file(tmp_path / "broken.toml", [each.value for each in EventType])
