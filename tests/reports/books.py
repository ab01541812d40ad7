"""What the reports' tests put into a book."""

from decimal import Decimal

from limits.terms import CustomerClass, Supplies, Voltage
from tests.dates import at
from workflow.history import Registration

AS_OF = at("2026-11-20 五 18:00")  # the instant of the shipped ledger
RESIDENT = CustomerClass.LV_RESIDENT


def resident(
    name: str, *, capacity: str = "8", station: str = "城关供电所", manager: str = "李四"
) -> Registration:
    """A household: local limit 2 working days, the company's and the state's 5."""
    return Registration(
        unit="示例县供电公司",
        station=station,
        customer=name,
        address=f"{name}家",
        customer_class=RESIDENT,
        voltage=Voltage.V220,
        supplies=Supplies.SINGLE,
        capacity=Decimal(capacity),
        manager=manager,
    )
