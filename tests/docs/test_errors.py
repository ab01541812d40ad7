"""Every error a person can meet is written down as it is, and says what to do."""

import inspect
import re
from collections import Counter

import pytest

from limits.errors import YekuoError
from tests.docs.program import ROOT, document, rows, section, subclasses
from yekuo.cli import main

ERRORS = subclasses(YekuoError)
DOCUMENT = document("docs/errors.md")
REASONS = "Reasons for which a row is refused"


def message(error: type[YekuoError]) -> str:
    return inspect.cleandoc(error.__doc__ or "")


def test_the_document_says_every_error_as_it_is() -> None:
    told = rows(DOCUMENT.replace(section(DOCUMENT, REASONS), ""))
    expected = [(f"`{each.code}`", each.__name__, "2", message(each)) for each in ERRORS]
    assert sorted(told) == sorted(expected)


def test_each_stands_below_the_module_that_raises_it() -> None:
    strays = [
        each.__name__
        for each in ERRORS
        if f"| `{each.code}` |" not in section(DOCUMENT, f"{each.__module__.replace('.', '/')}.py")
    ]
    assert strays == []


def test_no_code_stands_for_two_errors() -> None:
    codes = Counter(each.code for each in ERRORS)
    assert {code for code, times in codes.items() if times > 1} == set()


@pytest.mark.parametrize("error", ERRORS, ids=lambda each: each.__name__)
def test_the_message_is_chinese_and_says_what_to_do(error: type[YekuoError]) -> None:
    """One sentence group; only an example, a line of TOML to be copied, may stand after its end."""
    told = message(error)
    assert "\n" not in told
    assert told.endswith(("。", "。例：{example}", "例：{example}"))
    assert re.search("(?<!申)请|应|只能|一律不得", told)
    assert not re.search(r"[\u4e00-\u9fff][,;:?!]", told), "中文用全角标点"


def test_a_refused_command_ends_in_code_2_and_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["due", "2026-02-30", "3"])
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("错误［date_invalid］：")
    assert err.count("\n") == 1


def test_every_reason_for_refusing_a_row_is_there() -> None:
    sources = (ROOT / "workflow" / "ledger").glob("*.py")
    given = re.compile(r'\b(?:Reason|CellFault|Words)\(\s*"([a-z_]+)"')
    codes = {code for source in sources for code in given.findall(source.read_text(encoding="utf-8"))}
    assert {row[0].strip("`") for row in rows(section(DOCUMENT, REASONS))} == codes
