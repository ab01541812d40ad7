"""Reading ``[[duty]]``: the items of the supervision standard that come round (domain §11)."""

from limits.duties import DutyRule
from limits.files.citing import Documents, read_force, require_at_least
from limits.files.toml_reader import Reader
from limits.terms import Post, Rhythm


def read_duty(reader: Reader, documents: Documents) -> DutyRule:
    """One item with its rhythm and who does it."""
    duty = DutyRule(
        item=require_at_least(reader, "item", reader.take("item", int, "9")),
        label=reader.take("label", str, '"客户经理与村组、企业电工见面"'),
        rhythm=reader.enum("rhythm", Rhythm),
        post=reader.enum("post", Post),
        force=read_force(reader),
        citation=documents.citation(reader),
    )
    reader.close()
    return duty
