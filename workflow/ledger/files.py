"""Opening what people send as a 业扩台账: a workbook of any kind calamine reads, or a CSV.

Whatever the file turns out to be, the answer is its sheets or one sentence that says what came, what was
expected and what to do.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

from limits.errors import YekuoError

CSV_SUFFIXES = frozenset({".csv", ".txt", ".tsv"})
# BOM first, then UTF-8, then GB18030, strictly: detectors take short GB text for Korean.
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
ENCODINGS = ("utf-8", "gb18030")
COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")  # .xls, and the wrapping of an encrypted .xlsx
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
ZIP = b"PK\x03\x04"  # .xlsx, .xlsb, .ods
WHAT_CAME = (
    (ZIP, "是压缩包，但里面没有完整的工作簿"),
    (COMPOUND_FILE, "是旧格式文件，但里面没有完整的工作簿"),
    (b"\x89PNG", "是图片"),
    (b"\xff\xd8\xff", "是图片"),
    (b"GIF8", "是图片"),
    (b"%PDF", "是 PDF 文件"),
    (b"<", "是网页或 XML 文本"),
)

Row = Sequence[object]


class LedgerMissing(YekuoError):
    """没有找到台账文件“{path}”。请核对路径和文件名后重新导入。"""

    code = "ledger_missing"


class LedgerIsFolder(YekuoError):
    """“{path}”是文件夹，应为一个台账文件。请指定其中的 xlsx 或 csv 文件。"""

    code = "ledger_is_folder"


class LedgerEmpty(YekuoError):
    """台账文件“{path}”是空的（0 字节），多半是导出或拷贝中断。请重新导出后再导入。"""

    code = "ledger_empty"


class LedgerLocked(YekuoError):
    """台账文件“{path}”设有打开密码，读不出来。请在表格软件中取消密码、另存后重新导入。"""

    code = "ledger_password"


class LedgerUnreadable(YekuoError):
    """“{path}”不是能读的台账：{found}，应为 xlsx、xls、xlsb、ods 或 csv。请用表格软件打开并另存为 xlsx 后重新导入。"""

    code = "ledger_unreadable"


class LedgerEncoding(YekuoError):
    """台账“{path}”的文字编码无法识别，应为 UTF-8 或 GB18030。请用表格软件打开并另存为 xlsx 后重新导入。"""

    code = "ledger_encoding"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, how many rows it has, and its rows, read anew by each ``open()``."""

    name: str
    total: int
    open: Callable[[], Iterator[Row]]


@dataclass(frozen=True, slots=True)
class Book:
    """A file's sheets; ``sheet`` loads one, and nothing is kept of it but by whoever asked."""

    names: tuple[str, ...]
    sheet: Callable[[str], Sheet]


def open_book(path: Path, *, csv_sheet: str) -> Book:
    """The sheets of the file at ``path``; a CSV is one sheet called ``csv_sheet``."""
    if path.is_dir():
        raise LedgerIsFolder(path=path)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise LedgerMissing(path=path) from error
    if size == 0:
        raise LedgerEmpty(path=path)
    if path.suffix.casefold() in CSV_SUFFIXES and not _starts_with(path, ZIP, COMPOUND_FILE):
        sheet = _csv_sheet(path, csv_sheet)
        return Book(names=(csv_sheet,), sheet=lambda _name: sheet)
    return _workbook(path)


def _workbook(path: Path) -> Book:
    with _Unreadable(path):
        workbook = _load(path)
        names = [each.name for each in workbook.sheets_metadata if each.typ is SheetTypeEnum.WorkSheet]

    def sheet(name: str) -> Sheet:
        with _Unreadable(path):
            found = workbook.get_sheet_by_name(name)
        # Not total_height, which is one short: rows are counted from 0.
        return Sheet(name=name, total=found.end[0] + 1 if found.end else 0, open=found.iter_rows)

    return Book(names=tuple(names), sheet=sheet)


def _load(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(path)
    except PasswordError:
        raise
    except CalamineError:
        # Systems name an old .xls ".xlsx" and the other way round: what the file holds decides.
        return CalamineWorkbook.from_filelike(BytesIO(path.read_bytes()))


class _Unreadable(AbstractContextManager[None]):
    """Says in one sentence what the reading libraries say in many ways."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, PasswordError) or (error is not None and _encrypted(self._path)):
            raise LedgerLocked(path=self._path) from error
        if isinstance(error, CalamineError | OSError | csv.Error) or _panicked(error):
            raise LedgerUnreadable(path=self._path, found=_what_came(self._path, error)) from error


def _what_came(path: Path, error: BaseException | None) -> str:
    """In the reader's words; the library's own stay with the cause."""
    if isinstance(error, OSError):
        return f"没有读取权限或读取中断（{error.strerror}）"
    if isinstance(error, csv.Error):
        return "引号没有成对，或某一格长得不像台账"
    return next((what for start, what in WHAT_CAME if _starts_with(path, start)), "内容不是工作簿，或已损坏")


def _starts_with(path: Path, *starts: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(8).startswith(starts)
    except OSError:
        return False


def _panicked(error: BaseException | None) -> bool:
    """A damaged file can make the Rust reader panic; its exception is outside ``Exception``."""
    return type(error).__name__ == "PanicException"


def _encrypted(path: Path) -> bool:
    return _starts_with(path, COMPOUND_FILE) and ENCRYPTED in path.read_bytes()


def _csv_sheet(path: Path, name: str) -> Sheet:
    """Read once to prove the encoding and count the rows, so that a fault is told before any is taken."""
    with _Unreadable(path):
        encoding = _encoding(path)
        delimiter = _delimiter(path, encoding)

        def rows() -> Iterator[Row]:
            with path.open(encoding=encoding, errors="strict", newline="") as file:
                yield from csv.reader(file, delimiter=delimiter)

        return Sheet(name=name, total=sum(1 for _ in rows()), open=rows)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
    for candidate in [name for bom, name in BOMS if start.startswith(bom)] or ENCODINGS:
        try:
            with path.open(encoding=candidate, errors="strict") as text:
                while text.read(1 << 20):
                    pass
        except UnicodeError:
            continue
        return candidate
    raise LedgerEncoding(path=path)


def _delimiter(path: Path, encoding: str) -> str:
    """Tabs or commas, whichever the beginning has more of: 导出 "Unicode 文本" writes tabs."""
    with path.open(encoding=encoding, newline="") as file:
        start = file.read(1 << 13)
    return "\t" if start.count("\t") > start.count(",") else ","
