"""Small ledgers for the tests: one good row, changed where a test says."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

from limits.zone import SHANGHAI
from workflow.ledger.columns import LEDGER_SHEET, SUSPENSION_SHEET
from workflow.ledger.reading import Ledger, LedgerRow, Refusal, read_ledger

NOW = datetime(2026, 11, 20, 18, tzinfo=SHANGHAI)  # Friday
GOOD: Mapping[str, object] = {
    "申请编号": "0041260830001",
    "供电单位": "示例县供电公司",
    "供电所": "东岭供电所",
    "客户名称": "客户00001",
    "用电地址": "东岭镇5号",
    "客户类别": "高压普通",
    "供电电压": "10kV",
    "电源数": "单",
    "报装容量": 500,
    "业务类型": "新装",
    "受理渠道": "营业厅",
    "主动办电": "否",
    "投资至红线": "是",
    "客户外部工程": "无",
    "配套工程": "无",
    "客户经理": "经理甲",
    "申请时间": datetime(2026, 10, 8, 8, 30),  # noqa: DTZ001  Thursday; a cell has no zone
    "受理时间": datetime(2026, 10, 8, 9, 5),  # noqa: DTZ001  Thursday
    "契约完成日期": "",
    "装表接电时间": "",
    "归档时间": "",
    "终止时间": "",
    "状态": "在途",
}
PAUSE: Mapping[str, object] = {
    "申请编号": "0041260830001",
    "挂起时间": "2026-10-12 10:00",  # Monday
    "恢复时间": "2026-10-14 10:00",  # Wednesday
    "原因": "客户原因",
    "依据": "客户书面说明",
    "经办人": "经理甲",
    "批准人": "所长",
}


def good(**changes: object) -> list[object]:
    """The cells of the good row, changed."""
    assert changes.keys() <= GOOD.keys()
    return list({**GOOD, **changes}.values())


def write_book(path: Path, sheets: Mapping[str, Iterable[Sequence[object]]]) -> Path:
    """A workbook with these sheets, typed cell by cell."""
    with xlsxwriter.Workbook(path) as book:
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for line, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, date):
                        sheet.write_datetime(
                            line, column, cell, moment if isinstance(cell, datetime) else day
                        )
                    elif isinstance(cell, str):
                        sheet.write_string(line, column, cell)
                    else:
                        sheet.write(line, column, cell)
    return path


def ledger_of(folder: Path, *rows: Sequence[object], pauses: Sequence[Sequence[object]] = ()) -> Ledger:
    """A ledger with the usual heading and these rows, read back as of NOW."""
    sheets: dict[str, list[Sequence[object]]] = {LEDGER_SHEET: [list(GOOD), *rows]}
    if pauses:
        sheets[SUSPENSION_SHEET] = [list(PAUSE), *pauses]
    return read_ledger(write_book(folder / "ledger.xlsx", sheets), now=NOW)


def taken(ledger: Ledger) -> list[LedgerRow]:
    """The rows, of which none may be refused."""
    rows = list(ledger.rows)
    refused = [row for row in rows if isinstance(row, Refusal)]
    assert refused == []
    return [row for row in rows if isinstance(row, LedgerRow)]


def refused(ledger: Ledger) -> list[Refusal]:
    return [row for row in ledger.rows if isinstance(row, Refusal)]


def codes(refusal: Refusal) -> list[str]:
    return [reason.code for reason in refusal.reasons]
