"""Reading ``[[service]]``: limits of service that no record measures (domain §4)."""

from limits.files.citing import Documents, read_force, require_at_least
from limits.files.toml_reader import Reader
from limits.services import ServiceRule
from limits.terms import Unit


def read_service(reader: Reader, documents: Documents) -> ServiceRule:
    """One limit, from what to what, and why there is no data of it."""
    service = ServiceRule(
        name=reader.take("name", str, '"complaint_answer"'),
        label=reader.take("label", str, '"投诉答复"'),
        begins=reader.take("begins", str, '"投诉"'),
        ends=reader.take("ends", str, '"答复"'),
        limit=require_at_least(reader, "value", reader.take("value", int, "7")),
        unit=reader.enum("unit", Unit),
        absent=reader.take("absent", str, '"没有投诉的登记"'),
        force=read_force(reader),
        citation=documents.citation(reader),
    )
    reader.close()
    return service
