"""A report as an answer: to be read in the desk's frame, or kept as a file."""

from urllib.parse import quote

from starlette.responses import HTMLResponse, Response

from reports.documents import fonts
from reports.documents.errors import ChineseFontMissing
from reports.documents.files import Format, render
from reports.documents.page import render_page
from reports.report_json import json_document
from web.desk import Desk
from web.own_style import own_document
from web.work.reporting import Edition, Reported, composed, paper_of

OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS = {
    Format.HTML: "text/html; charset=utf-8",
    Format.DOCX: f"{OFFICE}wordprocessingml.document",
    Format.XLSX: f"{OFFICE}spreadsheetml.sheet",
    Format.PDF: "application/pdf",
}
LABELS = {Format.HTML: "网页", Format.DOCX: "公文", Format.XLSX: "表格", Format.PDF: "可打印的公文"}
LETTERED = frozenset({Format.DOCX, Format.PDF})  # those that need a typeface of this machine


def lacking() -> str:
    """What keeps this machine from making the documents of :data:`LETTERED`; empty when nothing does."""
    try:
        fonts.typefaces()
    except ChineseFontMissing as missing:
        return missing.message
    return ""


def as_page(desk: Desk, which: Reported, edition: Edition, *, within: str) -> HTMLResponse:
    """The report to be read; ``within`` says which pages may show it in a frame, as CSP writes it."""
    return own_document(render_page(paper_of(desk, which, edition)), within=within)


def as_document(desk: Desk, which: Reported, edition: Edition, form: Format) -> Response:
    """The report to be kept; raises ChineseFontMissing."""
    content = render(paper_of(desk, which, edition), form)
    return kept(content, KINDS[form], _name(which, edition, form.value))


def as_json(desk: Desk, which: Reported) -> Response:
    """The same for programs, with the facts all of it was worked out from."""
    found = composed(desk, which)
    content = json_document(found.paper, found.facts)
    return kept(content, "application/json", _name(which, Edition.FULL, "json"))


def _name(which: Reported, edition: Edition, suffix: str) -> str:
    public = f"-{Edition.PUBLIC.label}" if edition is Edition.PUBLIC else ""
    return f"监督报告-{which.period}{public}.{suffix}"


def kept(content: bytes, kind: str, name: str) -> Response:
    """``content`` as a file called ``name``."""
    told = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=kind, headers={"Content-Disposition": told})
