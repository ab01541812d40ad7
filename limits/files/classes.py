"""Reading ``[[class_rule]]``: which customer is of which class, by date (domain §2)."""

from limits.customer_classes import ClassRule, Trade, Trait
from limits.files.citing import Documents, read_force
from limits.files.toml_reader import Reader
from limits.terms import CustomerClass


def read_class_rule(reader: Reader, documents: Documents) -> ClassRule:
    """One dated rule; all its conditions must hold."""
    force, citation = read_force(reader), documents.citation(reader)
    rule = ClassRule(
        customer_class=reader.enum("class", CustomerClass),
        since=force.since,
        until=force.until,
        source=str(citation),
        high_voltage=reader.maybe("high_voltage", bool, "false"),
        max_kw=reader.maybe("max_kw", int, "160"),
        trades=reader.words("trade", Trade),
        requires=reader.words("requires", Trait) or (),
        excludes=reader.words("excludes", Trait) or (),
    )
    reader.close()
    return rule
