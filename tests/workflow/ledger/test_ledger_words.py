"""Every spelling of a word, and what is no word of its column."""

import pytest

from limits.terms import CustomerClass, Supplies, Supporting, Voltage
from workflow.ledger import words
from workflow.ledger.cells import CellFault


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        (words.customer_class, " 低压居民　", CustomerClass.LV_RESIDENT),
        (words.voltage, "10KV", Voltage.KV10),
        (words.voltage, "10 kV", Voltage.KV10),
        (words.voltage, "10千伏", Voltage.KV10),
        (words.voltage, "交流10kV", Voltage.KV10),
        (words.voltage, "ＡＣ３８０Ｖ", Voltage.V380),
        (words.voltage, "220伏", Voltage.V220),
        (words.voltage, "220千伏", Voltage.KV220),
        (words.supplies, "双电源", Supplies.DOUBLE),
        (words.supplies, "单电源", Supplies.SINGLE),
        (words.supplies, 2.0, Supplies.DOUBLE),
        (words.supplies, "", Supplies.SINGLE),
        (words.supporting, "线路t接", Supporting.TEE_LINE),
        (words.supporting, " ", Supporting.NONE),
        (words.yes, "是", True),
        (words.yes, True, True),
        (words.yes, "", False),
        (words.there, "有", True),
        (words.there, 0.0, False),
    ],
)
def test_every_spelling_of_a_word(column: words.Words[object], cell: object, expected: object) -> None:
    assert column[cell] == expected


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        (words.customer_class, "中压客户", "unknown_class"),
        (words.customer_class, "", "unknown_class"),
        (words.voltage, "100V", "unknown_voltage"),
        (words.voltage, "220", "unknown_voltage"),  # volts or kilovolts
        (words.voltage, "", "unknown_voltage"),
        (words.supplies, "三", "unknown_supplies"),
        (words.kind, "减容", "unknown_kind"),
        (words.yes, "也许", "unknown_flag"),
        (words.there, "2", "unknown_flag"),
        (words.supporting, "隧道", "unknown_supporting"),
        (words.status, "完成", "unknown_status"),
    ],
)
def test_what_is_no_word_is_told_with_the_words_there_are(
    column: words.Words[object], cell: object, code: str
) -> None:
    with pytest.raises(CellFault, match="下列之一") as caught:
        column[cell]
    assert caught.value.code == code
