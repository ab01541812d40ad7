"""Reading ``[[validity]]``: how long a supply plan stays valid (domain §3)."""

from limits.files.citing import Documents, read_force, require_at_least
from limits.files.toml_reader import Reader
from limits.validity import Validity


def read_validity(reader: Reader, documents: Documents) -> Validity:
    """The high- or the low-voltage figure."""
    validity = Validity(
        high=reader.take("high", bool, "true"),
        months=require_at_least(reader, "months", reader.take("months", int, "12")),
        remind_days=require_at_least(reader, "remind_days", reader.take("remind_days", int, "10")),
        force=read_force(reader),
        citation=documents.citation(reader),
    )
    reader.close()
    return validity
