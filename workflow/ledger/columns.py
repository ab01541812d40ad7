"""The columns of the 业扩台账, and finding them in a sheet whatever their order (domain §12)."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from limits.errors import YekuoError
from limits.shipped import DATA
from workflow.events import EventType
from workflow.history import LABELS
from workflow.ledger.cells import compact, shown

LEDGER_SHEET, SUSPENSION_SHEET = "业扩台账", "挂起记录"
NUMBER, ACCEPTED, TERMINATED = "申请编号", "受理时间", "终止时间"
HEADING_WITHIN = 20  # rows: a merged title, the unit's name and a note stand above the heading
DEFAULT_MAP = DATA / "column-maps" / "default.toml"

FIELDS: Mapping[str, str] = {
    "number": NUMBER,
    **LABELS,
    "contract_on": "契约完成日期",
    "status": "状态",
}
TIMES: Mapping[EventType, str] = {
    EventType.APPLIED: "申请时间",
    EventType.ACCEPTED: ACCEPTED,
    EventType.PLAN_REPLIED: "方案答复时间",
    EventType.SUPPORTING_STARTED: "配套开工时间",
    EventType.WORKS_STARTED: "客户工程开工时间",
    EventType.DESIGN_SUBMITTED: "设计报审时间",
    EventType.DESIGN_PASSED: "设计审查时间",
    EventType.INTERIM_REQUESTED: "中间检查申请时间",
    EventType.INTERIM_STARTED: "中间检查开始时间",
    EventType.INTERIM_PASSED: "中间检查完成时间",
    EventType.WORKS_FINISHED: "客户工程完工时间",
    EventType.COMPLETION_REPORTED: "竣工报验时间",
    EventType.FINAL_STARTED: "竣工检验开始时间",
    EventType.FINAL_PASSED: "竣工检验时间",
    EventType.SUPPORTING_FINISHED: "配套完工时间",
    EventType.FORMALITIES_DONE: "手续办结时间",
    EventType.ENERGIZED: "装表接电时间",
    EventType.ARCHIVED: "归档时间",
    EventType.TERMINATED: TERMINATED,  # told as 作废 when 状态 says so
}
SUSPENSION_FIELDS: Mapping[str, str] = {
    "number": NUMBER,
    "suspended_at": "挂起时间",
    "resumed_at": "恢复时间",
    "reason": "原因",
    "evidence": "依据",
    "handler": "经办人",
    "approver": "批准人",
}
REQUIRED = (NUMBER, "客户类别", "供电电压", "报装容量", ACCEPTED)
SUSPENSION_REQUIRED = (NUMBER, "挂起时间")
REFUSED_WHY, REFUSED_LINE = "退回原因", "原行号"  # written beside refused rows, ignored when they come back

LEDGER_HEADINGS = frozenset([*FIELDS.values(), *TIMES.values()])
SUSPENSION_HEADINGS = frozenset(SUSPENSION_FIELDS.values())
# 报装容量（kVA）, 申请编号*, 受理时间（必填): the heading with a note behind it.
NOTE = re.compile(r"\*|\((?:必填|选填|kva|kw|kva/kw|kw/kva|千伏安|千瓦)\)", re.IGNORECASE)


class DuplicateHeading(YekuoError):
    """工作表“{sheet}”中第 {columns} 列都是“{heading}”，每个列名只应出现一次。请删去或改名多余的列后重新导入。"""

    code = "ledger_duplicate_heading"


class MissingColumns(YekuoError):
    """工作表“{sheet}”第 {line} 行的表头缺少“{missing}”列，缺了无法计时。请补上，或用列名对照文件说明它在本表中叫什么。"""

    code = "ledger_missing_columns"


class ColumnMapRefused(YekuoError):
    """列名对照文件“{file}”不能用：{found}；应为 [columns] 下的“来表列名 = 台账列名”，如 "工单编号" = "申请编号"。请改正后重新导入。"""

    code = "column_map_refused"


@dataclass(frozen=True, slots=True)
class Heading:
    """Where each known column stands in one sheet."""

    line: int
    typed: tuple[str, ...]  # as they stand in the file, to be written back
    columns: Mapping[str, int]
    unknown: tuple[str, ...]


def read_column_map(path: Path | None) -> dict[str, str]:
    """Another system's headings by ours; the shipped, empty map when None."""
    path = path or DEFAULT_MAP
    try:
        columns = tomllib.loads(path.read_bytes().decode("utf-8")).get("columns")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ColumnMapRefused(file=path.name, found=f"读不出来（{error}）") from error
    if not isinstance(columns, dict):
        raise ColumnMapRefused(file=path.name, found="没有 [columns]")
    for theirs, ours in columns.items():
        if type(ours) is not str or ours not in LEDGER_HEADINGS | SUSPENSION_HEADINGS:
            raise ColumnMapRefused(file=path.name, found=f"“{theirs}”对应的“{shown(ours)}”不是台账的列名")
    return {compact(theirs): ours for theirs, ours in columns.items()}


def known_name(cell: object, column_map: Mapping[str, str]) -> str:
    """The heading by our name: without spaces, line breaks and notes, through the map."""
    name = compact(cell)
    return column_map.get(name) or column_map.get(bare := NOTE.sub("", name)) or bare


def find_heading(
    first_rows: Sequence[Sequence[object]],
    *,
    sheet: str,
    known: frozenset[str],
    required: Iterable[str],
    column_map: Mapping[str, str],
) -> Heading | None:
    """The heading among the first rows; None when there is none."""
    line = heading_line(first_rows, column_map)
    if line is None:
        return None
    cells = first_rows[line - 1]
    names = [known_name(cell, column_map) for cell in cells]
    _refuse_duplicates(names, known, sheet)
    missing = [name for name in required if name not in names]
    if missing:
        raise MissingColumns(sheet=sheet, line=line, missing="”“".join(missing))
    return _heading(line, cells, names, known)


def heading_line(first_rows: Sequence[Sequence[object]], column_map: Mapping[str, str]) -> int | None:
    """The line of the row that has 申请编号, from 1."""
    for line, cells in enumerate(first_rows[:HEADING_WITHIN], 1):
        if any(known_name(cell, column_map) == NUMBER for cell in cells):
            return line
    return None


def _heading(line: int, cells: Sequence[object], names: list[str], known: frozenset[str]) -> Heading:
    typed = tuple(str(cell) for cell in cells)
    ours = known | {REFUSED_WHY, REFUSED_LINE}
    return Heading(
        line=line,
        typed=typed,
        columns={name: index for index, name in enumerate(names) if name in known},
        unknown=tuple(
            cell.strip() for cell, name in zip(typed, names, strict=True) if name and name not in ours
        ),
    )


def _refuse_duplicates(names: list[str], known: frozenset[str], sheet: str) -> None:
    for name, times in Counter(names).items():
        if times > 1 and name in known:
            columns = "、".join(str(index) for index, each in enumerate(names, 1) if each == name)
            raise DuplicateHeading(sheet=sheet, heading=name, columns=columns)
