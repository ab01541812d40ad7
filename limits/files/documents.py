"""Reading ``[[material]]`` and ``[[archive]]``: the lists of documents (domain §8)."""

from collections.abc import Collection

from limits.documents import ArchiveRule, DocumentRule, Need, Paper
from limits.files.citing import Documents, read_force
from limits.files.toml_reader import Reader
from limits.terms import CustomerClass

EXAMPLE = '{ kind = "id_card", label = "居民身份证" }'


def read_material(reader: Reader, documents: Documents) -> DocumentRule:
    """What a class must prove, by any one of the kinds."""
    papers = tuple(_paper(each) for each in reader.tables("kind"))
    kinds = [paper.kind for paper in papers]
    if not kinds or len(set(kinds)) != len(kinds):
        reader.refuse(f"kind 有 {kinds!r}", "至少一种、不重复的资料", f"kind = [{EXAMPLE}]", at="kind")
    rule = DocumentRule(
        need=reader.enum("need", Need),
        papers=papers,
        classes=reader.words("class", CustomerClass) or tuple(CustomerClass),
        force=read_force(reader),
        citation=documents.citation(reader),
    )
    reader.close()
    return rule


def read_archive(reader: Reader, documents: Documents, events: Collection[str]) -> ArchiveRule:
    """One document that an archive holds, where ``after`` has happened."""
    paper = Paper(reader.take("kind", str, '"survey_sheet"'), reader.take("label", str, '"现场勘查单"'))
    after = reader.maybe("after", str, '"design_passed"') or ""
    if after and after not in events:
        expected = f"下列事件之一：{'、'.join(sorted(events))}"
        reader.refuse(f"after = {after!r}", expected, 'after = "design_passed"', at="after")
    rule = ArchiveRule(
        paper=paper,
        original=reader.maybe("original", bool, "true") or False,
        after=after,
        classes=reader.words("class", CustomerClass) or tuple(CustomerClass),
        force=read_force(reader),
        citation=documents.citation(reader),
    )
    reader.close()
    return rule


def _paper(reader: Reader) -> Paper:
    paper = Paper(reader.take("kind", str, '"id_card"'), reader.take("label", str, '"居民身份证"'))
    reader.close()
    return paper
