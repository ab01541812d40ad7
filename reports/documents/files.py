"""A paper's documents as files: all of them whole, or none touched."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from errno import EISDIR
from pathlib import Path

from reports.documents.page import render_page
from reports.errors import FolderNotWritable
from reports.paper import Paper

NAME, PUBLIC_NAME = "report", "report-public"


class Format(Enum):
    """A kind of document, by the end of its file's name."""

    HTML = "html"
    DOCX = "docx"
    XLSX = "xlsx"
    PDF = "pdf"


def render(paper: Paper, form: Format) -> bytes:
    """The document; the same paper gives the same bytes. Raises ChineseFontMissing."""
    return _RENDERERS[form](paper)


def file_name(paper: Paper, form: Format) -> str:
    """What the document's file is called."""
    return f"{PUBLIC_NAME if paper.public else NAME}.{form.value}"


def write_documents(
    paper: Paper, folder: Path, forms: Sequence[Format], also: Mapping[str, bytes] | None = None
) -> list[Path]:
    """Write the documents, and the files ``also`` by name, into ``folder``; their paths.

    All are finished in a folder of their own before the first takes its place, so that a full disk or a broken
    figure leaves last time's files as they were.  Raises FolderNotWritable, ChineseFontMissing.
    """
    made = {file_name(paper, form): render(paper, form) for form in forms} | dict(also or {})
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".report-") as name:
            for each, content in made.items():
                (Path(name) / each).write_bytes(content)
            take_places(Path(name), folder, list(made))
    except OSError as error:
        raise FolderNotWritable(folder=folder, reason=error.strerror or str(error)) from error
    return [folder / name for name in made]


def write_as(paper: Paper, stem: str, folder: Path) -> list[Path]:
    """Write a paper that is no period's report as ``stem.html``, ``stem.docx`` and ``stem.xlsx``; their paths.

    Raises FolderNotWritable; where the paper has charts, ChineseFontMissing.
    """
    forms = (Format.HTML, Format.DOCX, Format.XLSX)
    return write_documents(paper, folder, (), {f"{stem}.{each.value}": render(paper, each) for each in forms})


def take_places(made: Path, folder: Path, names: list[str]) -> None:
    """Put the finished files where they belong; those that may be open in an office program before the others."""
    for name in names:
        if (folder / name).is_dir():
            raise IsADirectoryError(EISDIR, f"{name} 已是一个文件夹")
    for name in sorted(names, key=lambda name: not name.endswith((".xlsx", ".docx"))):
        (made / name).replace(folder / name)


def _html(paper: Paper) -> bytes:
    return render_page(paper).encode()


def _docx(paper: Paper) -> bytes:
    from reports.documents.official import official_document

    return official_document(paper)


def _xlsx(paper: Paper) -> bytes:
    from reports.documents.workbook import workbook

    return workbook(paper)


def _pdf(paper: Paper) -> bytes:
    from reports.documents.pdf import render_pdf

    return render_pdf(paper)


_RENDERERS: dict[Format, Callable[[Paper], bytes]] = {
    Format.HTML: _html,
    Format.DOCX: _docx,
    Format.XLSX: _xlsx,
    Format.PDF: _pdf,
}
