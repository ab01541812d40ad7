"""Who is a household, a micro enterprise, a high-voltage customer, and on which date (domain §2)."""

import pytest

from limits.customer_classes import CustomerFacts, Trade, Trait
from limits.policy import ClassUnknown
from limits.terms import CustomerClass
from tests.dates import on
from workflow.rules import load_rules

POLICIES = load_rules().policies
BEFORE, SINCE = "2025-06-02 一", "2025-06-03 二"  # 深化提升获得电力服务水平的意见 takes effect
STATE, CHAIN, PRIVATE = Trait.STATE_OWNED, Trait.CHAIN_BRANCH, Trait.PRIVATE
TEMPORARY, BATCH = Trait.TEMPORARY, Trait.BATCH
RESIDENT, MICRO, OTHER = CustomerClass.LV_RESIDENT, CustomerClass.LV_MICRO, CustomerClass.LV_OTHER


def low(kw: int, trade: Trade, *traits: Trait) -> CustomerFacts:
    return CustomerFacts(high_voltage=False, equipment_kw=kw, trade=trade, traits=frozenset(traits))


def high(kw: int, trade: Trade, *traits: Trait) -> CustomerFacts:
    return CustomerFacts(high_voltage=True, equipment_kw=kw, trade=trade, traits=frozenset(traits))


def class_on(day: str, facts: CustomerFacts) -> CustomerClass:
    return POLICIES.classify(facts, on(day)).customer_class


@pytest.mark.parametrize(
    ("facts", "before", "since"),
    [
        (low(8, Trade.HOUSEHOLD), RESIDENT, RESIDENT),
        (low(300, Trade.HOUSEHOLD), RESIDENT, RESIDENT),
        (low(160, Trade.COMMERCIAL), MICRO, MICRO),
        (low(160, Trade.INDUSTRIAL), MICRO, MICRO),
        (low(161, Trade.COMMERCIAL), OTHER, OTHER),
        # 34号: not micro, whatever the size
        (low(30, Trade.NON_RESIDENT_LIGHTING), OTHER, OTHER),
        (low(30, Trade.FARMING), OTHER, OTHER),
        (low(30, Trade.TELECOM_STATION), OTHER, OTHER),
        (low(30, Trade.FILLING_STATION), OTHER, OTHER),
        (low(30, Trade.COMMERCIAL, STATE), OTHER, OTHER),
        (low(30, Trade.COMMERCIAL, CHAIN), OTHER, OTHER),
        (low(30, Trade.INDUSTRIAL, TEMPORARY), OTHER, OTHER),
        (low(30, Trade.INDUSTRIAL, BATCH), OTHER, OTHER),
        # 2025: every private organisation up to 160 kW
        (low(30, Trade.FARMING, PRIVATE), OTHER, MICRO),
        (low(160, Trade.FILLING_STATION, PRIVATE), OTHER, MICRO),
        (low(160, Trade.OTHER, PRIVATE), OTHER, MICRO),
        (low(161, Trade.OTHER, PRIVATE), OTHER, OTHER),
        (low(30, Trade.COMMERCIAL, CHAIN, PRIVATE), OTHER, MICRO),
        (low(30, Trade.COMMERCIAL, TEMPORARY, PRIVATE), OTHER, OTHER),
        (low(8, Trade.HOUSEHOLD, PRIVATE), RESIDENT, RESIDENT),
        # high voltage
        (high(100, Trade.INDUSTRIAL), CustomerClass.HV_ORDINARY, CustomerClass.HV_ORDINARY),
        (high(100, Trade.INDUSTRIAL, PRIVATE), CustomerClass.HV_ORDINARY, CustomerClass.HV_ORDINARY),
        (high(900, Trade.OTHER, Trait.IMPORTANT), CustomerClass.HV_IMPORTANT, CustomerClass.HV_IMPORTANT),
        (
            high(900, Trade.OTHER, Trait.ASSETS_TRANSFERRED),
            CustomerClass.HV_TRANSFER,
            CustomerClass.HV_TRANSFER,
        ),
        # a micro customer who chose high voltage in writing is a high-voltage customer
        (
            high(100, Trade.COMMERCIAL, Trait.CHOSE_HIGH_VOLTAGE),
            CustomerClass.HV_ORDINARY,
            CustomerClass.HV_ORDINARY,
        ),
    ],
    ids=lambda value: value.described() if isinstance(value, CustomerFacts) else str(value),
)
def test_a_class_is_a_dated_rule(facts: CustomerFacts, before: CustomerClass, since: CustomerClass) -> None:
    assert class_on("2021-05-27 四", facts) is before
    assert class_on(BEFORE, facts) is before
    assert class_on(SINCE, facts) is since
    assert class_on("2026-11-20 五", facts) is since


def test_a_household_at_low_voltage_is_a_resident_whatever_else_is_noted() -> None:
    """§2: ≤ 400 V, household. Only a micro enterprise may choose high voltage in writing."""
    facts = low(8, Trade.HOUSEHOLD, Trait.CHOSE_HIGH_VOLTAGE)
    assert class_on("2026-11-20 五", facts) is RESIDENT


def test_a_class_says_which_document_made_it_so() -> None:
    rule = POLICIES.classify(low(30, Trade.FARMING, PRIVATE), on(SINCE))
    assert rule.since == on(SINCE)
    assert "深化提升获得电力服务水平的意见" in rule.source
    assert "转述" in rule.source


def test_no_rule_in_force_is_said_in_one_sentence() -> None:
    with pytest.raises(ClassUnknown) as refused:
        POLICIES.classify(low(30, Trade.COMMERCIAL, STATE), on("2021-05-26 三"))
    assert "2021-05-26" in refused.value.message
    assert "低压，30 kW，商业，国有企业" in refused.value.message


def test_every_class_has_a_rule() -> None:
    assert {rule.customer_class for rule in POLICIES.class_rules} == set(CustomerClass)
