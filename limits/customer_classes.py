"""客户类别 as dated rules (domain §2): who is a household, a micro enterprise, a high-voltage customer.

The test is data because it changed: [2025] widened 零投资 to every private organisation ≤ 160 kW.
"""

from dataclasses import dataclass
from datetime import date

from limits.terms import CustomerClass, Term


class Trade(Term):
    """What the electricity is for, as far as a class rule asks."""

    HOUSEHOLD = "household", "居民生活"
    COMMERCIAL = "commercial", "商业"
    INDUSTRIAL = "industrial", "工业"
    NON_RESIDENT_LIGHTING = "non_resident_lighting", "非居民照明"
    FARMING = "farming", "农业生产及排灌"
    TELECOM_STATION = "telecom_station", "通讯基站"
    FILLING_STATION = "filling_station", "加油站"
    OTHER = "other", "其他"


class Trait(Term):
    """What else about a customer a class rule may require or exclude."""

    STATE_OWNED = "state_owned", "国有企业"
    CHAIN_BRANCH = "chain_branch", "连锁分支机构"
    TEMPORARY = "temporary", "临时用电"
    BATCH = "batch", "批量报装"
    PRIVATE = "private", "民营组织"
    IMPORTANT = "important", "重要客户"
    ASSETS_TRANSFERRED = "assets_transferred", "资产移交"
    CHOSE_HIGH_VOLTAGE = "chose_high_voltage", "书面选择高压"


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """What is known of a customer. ``equipment_kw``: total equipment capacity, kW."""

    high_voltage: bool
    equipment_kw: int
    trade: Trade
    traits: frozenset[Trait] = frozenset()

    def described(self) -> str:
        """The facts in Chinese, for a message."""
        traits = "、".join(trait.label for trait in Trait if trait in self.traits)
        level = "高压" if self.high_voltage else "低压"
        return f"{level}，{self.equipment_kw} kW，{self.trade.label}{'，' + traits if traits else ''}"


@dataclass(frozen=True, slots=True)
class ClassRule:
    """One dated rule; all its conditions must hold. Unset conditions hold for everybody."""

    customer_class: CustomerClass
    since: date
    until: date | None
    source: str
    high_voltage: bool | None = None
    max_kw: int | None = None
    trades: tuple[Trade, ...] | None = None
    requires: tuple[Trait, ...] = ()
    excludes: tuple[Trait, ...] = ()

    def fits(self, facts: CustomerFacts) -> bool:
        return (
            (self.high_voltage is None or self.high_voltage is facts.high_voltage)
            and (self.max_kw is None or facts.equipment_kw <= self.max_kw)
            and (self.trades is None or facts.trade in self.trades)
            and facts.traits.issuperset(self.requires)
            and facts.traits.isdisjoint(self.excludes)
        )
