"""A paper as DOCX in the layout of official documents, GB/T 9704-2012.

Page 5.1–5.2: A4, head 37 mm, binding edge 28 mm, text 156 × 225 mm, 22 lines of 28 characters. Mark 7.2.4: red
小标宋, centred, then the number (7.2.5) and a red line (7.2.7). Title 7.3.1: 二号小标宋, centred. Text 7.3.3: 三号仿宋,
headings 一、黑体, （一）楷体. Annexes 7.3.4. Signing and date 7.3.5. Page numbers 7.5: 四号宋体 between two dashes,
on the outer side. Lists stand behind the signature as annexes, across the page.
"""

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from reports.documents.front import (
    ER_HAO,
    annex_lines,
    annex_name,
    annexed,
    day_in_chinese,
    key_table,
    mark_lines,
    number_line,
    signature_lines,
    title_lines,
)
from reports.documents.grids import grid
from reports.documents.layout import ACROSS, UPRIGHT
from reports.documents.outline import Chapter, Item, annexes, is_annexed, left_out, outline
from reports.documents.pictures import picture
from reports.documents.wording import (
    BREAK,
    HEAD_FACE,
    LATIN,
    NUMBER_FACE,
    RED,
    SAN_HAO,
    SECOND_FACE,
    SI_HAO,
    TEXT_FACE,
    TITLE_FACE,
    XIAO_SI,
    W,
    field,
    paragraph,
    run,
)
from reports.paper import Chart, Paper, Passage, Table

INDENT = 2 * SAN_HAO
# 28 characters of 16 points are 448; the line has 442: each stands a quarter of a point closer.
CLOSER = -5
HEAD, BOTTOM, BINDING, EDGE = 37.0, 35.0, 28.0, 26.0  # mm
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first instant a zip file can tell
MOST_PROPERTY = 255  # characters of a core property
EMU = 36000  # to the millimetre


def official_document(paper: Paper) -> bytes:
    """The DOCX; the same paper gives the same bytes. Raises ChineseFontMissing when there are charts."""
    import docx

    document = docx.Document()
    _set_up(document, paper)
    writer = _Writer(document, paper)
    told = "".join(writer.body())
    end = f"<w:sectPr>{_size(across=bool(writer.annexes))}</w:sectPr>"
    # In one piece: put in one by one, a few hundred tables and paragraphs take seconds.
    root = document.element
    root.replace(root.body, _parsed("w:body", told + end))
    _page_numbers(document)
    return _same_bytes(document)


class _Writer:
    """The paper's parts as paragraphs, tables and pictures."""

    def __init__(self, document: Any, paper: Paper) -> None:
        self.document, self.paper = document, paper
        self.chapters = outline(paper)
        self.annexes = annexes(self.chapters)
        self.pictures = 0

    def body(self) -> Iterator[str]:
        yield from self.front()
        for chapter in self.chapters:
            yield from self.chapter(chapter)
        yield from self.signing()
        if self.annexes:
            yield _break(across=False)
            for item in self.annexes:
                yield from self.annex(item)

    def front(self) -> Iterator[str]:
        """Mark, number, red line, title."""
        paper = self.paper
        lines, size = mark_lines(paper)
        words = BREAK.join(run(each, TITLE_FACE, size, colour=RED) for each in lines)
        yield paragraph(words, align="center", line=size * 1.35, after=20)
        line = f'<w:pBdr><w:bottom w:val="single" w:sz="18" w:space="8" w:color="{RED}"/></w:pBdr>'
        yield paragraph(run(number_line(paper), spacing=CLOSER), align="center", border=line, after=28.95)
        yield _title(paper.title, outline=0)
        yield paragraph(run(f"（{paper.state}）", SECOND_FACE), align="center", after=14)
        if paper.keys:
            yield grid(key_table(paper.keys), UPRIGHT)
            yield _note("")

    def chapter(self, chapter: Chapter) -> Iterator[str]:
        yield paragraph(run(chapter.heading, HEAD_FACE), indent=INDENT, keep=True, outline=1)
        yield from _text(chapter.section.paragraphs)
        for item in chapter.items:
            part = item.part
            if isinstance(part, Passage):
                yield paragraph(run(item.caption, SECOND_FACE), indent=INDENT, keep=True, outline=2)
                yield from _text(part.paragraphs)
            elif isinstance(part, Chart):
                yield from self.chart(item, part)
            elif is_annexed(part):
                yield from _text((annexed(item, self.annex_name(item)),))
            else:
                yield from _table(item, part)

    def chart(self, item: Item, chart: Chart) -> Iterator[str]:
        """The picture with its caption below, kept together."""
        self.pictures += 1
        made = picture(chart)
        part, image = self.document.part.get_or_add_image(io.BytesIO(made.png))
        wide = round(made.width * EMU)
        high = round(wide * image.px_height / image.px_width)
        drawn = _inline(part, self.pictures, chart.title, wide, high)
        yield paragraph(drawn, align="center", exact=False, line=1, before=8, keep=True, snap=False)
        if chart.note:
            yield _note(chart.note, keep=True)
        yield paragraph(run(item.caption, HEAD_FACE, XIAO_SI), align="center", after=8, line=20)

    def signing(self) -> Iterator[str]:
        """What is annexed, who signs, from whom, when, and where the seal goes.

        The last of the text stays with the signatures: they never stand on a page alone (7.3.5.5).
        """
        for at, line in enumerate(annex_lines(tuple(item.part.title for item in self.annexes))):
            yield paragraph(run(line), indent=INDENT, before=0 if at else 28.95, keep=True)
        yield paragraph(keep=True)
        for line in signature_lines(self.paper):
            yield paragraph(run(line), indent=INDENT, keep=True)
        yield paragraph(keep=True)
        yield paragraph(
            run(f"{self.paper.organisation}（盖章）"), align="right", right=2 * SAN_HAO, keep=True
        )
        yield paragraph(run(day_in_chinese(self.paper.as_of)), align="right", right=4 * SAN_HAO)

    def annex_name(self, item: Item) -> str:
        return annex_name(self.annexes.index(item) + 1, len(self.annexes))

    def annex(self, item: Item) -> Iterator[str]:
        table = item.part
        if not is_annexed(table):
            return
        first = item is self.annexes[0]
        yield paragraph(run(self.annex_name(item), HEAD_FACE), align="left", page_before=not first)
        yield _title(table.title, outline=1)
        yield _caption(item.number)
        yield grid(table, ACROSS)
        # Never nothing: a document may not end with a table.
        notes = [text for text in (left_out(table), table.note) if text]
        yield from (_note(text) for text in notes or [""])


def _title(text: str, *, outline: int) -> str:
    words = BREAK.join(run(line, TITLE_FACE, ER_HAO) for line in title_lines(text))
    return paragraph(words, align="center", line=36, after=6, outline=outline, keep=True, snap=False)


def _caption(text: str) -> str:
    """What stands above a table, never at the foot of a page."""
    return paragraph(run(text, HEAD_FACE, XIAO_SI), align="center", line=20, before=8, after=3, keep=True)


def _table(item: Item, table: Table) -> Iterator[str]:
    yield _caption(item.caption)
    if table.rows:
        yield grid(table, UPRIGHT)
        yield _note(table.note)
    else:
        yield paragraph(run(table.empty, size=XIAO_SI), align="center", line=20)
        if table.note:
            yield _note(table.note)


def _text(paragraphs: tuple[str, ...]) -> Iterator[str]:
    return (paragraph(run(text, spacing=CLOSER), indent=INDENT) for text in paragraphs)


def _note(text: str, *, keep: bool = False) -> str:
    """Small words below a table; with none, the space that parts it from the text."""
    line, before, after = (15, 3, 8) if text else (8, 0, 4)
    return paragraph(
        run(text, size=10.5), align="left", line=line, before=before, after=after, keep=keep, snap=False
    )


def _inline(relation: str, number: int, label: str, wide: int, high: int) -> str:
    from xml.sax.saxutils import quoteattr

    from reports.documents.wording import UNTOLD

    name = quoteattr(UNTOLD.sub("", label))
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{wide}" cy="{high}"/>'
        f'<wp:docPr id="{number}" name="图{number}" descr={name}/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f'<pic:nvPicPr><pic:cNvPr id="{number}" name="图{number}"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>"
    )


NAMESPACES = (
    f'xmlns:w="{W}" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)


def _parsed(tag: str, xml: str) -> Any:
    from docx.oxml import parse_xml

    return parse_xml(f"<{tag} {NAMESPACES}>{xml}</{tag}>")


def _size(*, across: bool) -> str:
    """Page and margins. Turned round, the head stands on the binding edge (GB/T 9704-2012, 7.6)."""
    turn = ' w:orient="landscape"' if across else ""
    wide, high = (297, 210) if across else (210, 297)
    top, right, bottom, left = (BINDING, BOTTOM, EDGE, HEAD) if across else (HEAD, EDGE, BOTTOM, BINDING)
    if across:
        left = right = (297 - ACROSS) / 2
    margins = " ".join(
        f'w:{side}="{_twips(length)}"'
        for side, length in (("top", top), ("right", right), ("bottom", bottom), ("left", left))
    )
    # The number's foot is 7 mm below the text (7.5).
    foot = bottom - 7 - 5
    return (
        f'<w:pgSz w:w="{_twips(wide)}" w:h="{_twips(high)}"{turn}/>'
        f'<w:pgMar {margins} w:header="{_twips(15)}" w:footer="{_twips(foot)}" w:gutter="0"/>'
        '<w:docGrid w:type="lines" w:linePitch="579"/>'
    )


def _twips(mm: float) -> int:
    return round(mm / 25.4 * 1440)


def _break(*, across: bool) -> str:
    return f'<w:p><w:pPr><w:sectPr><w:type w:val="nextPage"/>{_size(across=across)}</w:sectPr></w:pPr></w:p>'


def _set_up(document: Any, paper: Paper) -> None:
    """Properties from the paper's own instant, and the typeface of everything that names none."""
    from docx.oxml.ns import qn

    created = paper.as_of.astimezone(UTC).replace(tzinfo=None)
    properties = document.core_properties
    # The format allows no more; the text has it whole.
    title, organisation = paper.title[:MOST_PROPERTY], paper.organisation[:MOST_PROPERTY]
    properties.title, properties.author, properties.last_modified_by = title, organisation, organisation
    properties.created = properties.modified = created
    properties.comments, properties.revision, properties.language = "", 1, "zh-CN"
    normal = document.styles["Normal"]
    normal.font.name = LATIN
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), TEXT_FACE)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    document.settings.odd_and_even_pages_header_footer = True
    _without_leftovers(document)


def _without_leftovers(document: Any) -> None:
    """Without the empty template's own thumbnail, data and second style sheet: 460 kB about nothing."""
    for holder in (document.part.package, document.part):
        for key, relation in list(holder.rels.items()):
            if relation.reltype.rsplit("/", 1)[-1] in {"thumbnail", "customXml", "stylesWithEffects"}:
                del holder.rels[key]


def _page_numbers(document: Any) -> None:
    """— 1 —, on the outer side: right on odd pages, left on even ones, one character in."""
    first = document.sections[0]
    for footer, align in ((first.footer, "right"), (first.even_page_footer, "left")):
        footer.is_linked_to_previous = False
        inner = footer._element  # noqa: SLF001 - python-docx has no way to put in whole paragraphs
        for element in list(inner):
            inner.remove(element)
        dash = run("— ", NUMBER_FACE, SI_HAO), run(" —", NUMBER_FACE, SI_HAO)
        indented = SI_HAO if align == "right" else 0
        made = paragraph(
            dash[0],
            field("PAGE"),
            dash[1],
            align=align,
            indent=SI_HAO - indented,
            right=indented,
            line=1,
            exact=False,
        )
        for element in _parsed("w:ftr", made):
            inner.append(element)


def _same_bytes(document: Any) -> bytes:
    """The file with every part dated alike."""
    written = io.BytesIO()
    document.save(written)
    made = io.BytesIO()
    with zipfile.ZipFile(written) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            part = zipfile.ZipInfo(name, EPOCH)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.external_attr = 0o600 << 16
            after.writestr(part, before.read(name))
    return made.getvalue()
