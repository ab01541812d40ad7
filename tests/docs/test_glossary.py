"""The glossary knows every word of the code, and no other."""

from collections import Counter

from limits.terms import Term
from tests.docs.program import document, rows, section, subclasses
from workflow.rules import load_rules

GLOSSARY = document("docs/glossary.md")
TERMS = sorted((each for each in subclasses(Term) if list(each)), key=lambda each: each.__name__)
NAMES = Counter(each.__name__ for each in TERMS)


def heading(term: type[Term]) -> str:
    """Its name, followed by its package where two packages have one of that name."""
    package = term.__module__.partition(".")[0]
    return term.__name__ if NAMES[term.__name__] == 1 else f"{term.__name__} ({package})"


def test_there_is_a_section_for_each_enumeration() -> None:
    headings = [line.removeprefix("### ") for line in GLOSSARY.splitlines() if line.startswith("### ")]
    assert sorted(headings) == sorted(heading(each) for each in TERMS)


def test_every_member_is_there_with_its_label_in_its_own_order() -> None:
    told = {heading(each): [row[:2] for row in rows(section(GLOSSARY, heading(each)))] for each in TERMS}
    assert told == {heading(each): [(m.label, f"`{m.value}`") for m in each] for each in TERMS}


def test_every_word_is_explained() -> None:
    explained = [row for each in TERMS for row in rows(section(GLOSSARY, heading(each)))]
    assert [row for row in explained if not row[2] or "TODO" in row[2]] == []


def test_each_section_says_where_its_words_are_defined() -> None:
    places = {heading(each): f"`{each.__module__.replace('.', '/')}.py`" for each in TERMS}
    assert {name for name, place in places.items() if place not in section(GLOSSARY, name)} == set()


def test_every_clock_of_the_policies_is_there() -> None:
    clocks = {(rule.label, f"`{rule.name}`") for rule in load_rules().policies.clocks}
    assert {row[:2] for row in rows(section(GLOSSARY, "Clocks"))} == clocks
