"""The documents of a paper: what is in each, that they are whole, the same again, and name nobody in public."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
import typst
from docx.oxml import parse_xml

from reports.documents import fonts
from reports.documents.errors import ChineseFontMissing
from reports.documents.files import Format, file_name, render, write_documents
from reports.documents.outline import MOST_ROWS, annexes, outline
from reports.documents.pdf import broken, source
from reports.documents.public import public_edition
from reports.errors import FolderNotWritable
from reports.paper import Column, Paper, Section, Table
from tests.reports.documents.papers import HIDDEN, NASTY, PERSONS, bare, busy

FORMS = list(Format)
LATE = 1200


@pytest.fixture(scope="module")
def paper() -> Paper:
    return busy(LATE)


@pytest.fixture(scope="module")
def documents(paper: Paper) -> dict[Format, bytes]:
    return {form: render(paper, form) for form in FORMS}


@pytest.fixture(scope="module")
def word(documents: dict[Format, bytes]) -> Any:
    return docx.Document(io.BytesIO(documents[Format.DOCX]))


@pytest.fixture(scope="module")
def sheets(documents: dict[Format, bytes]) -> Any:
    return openpyxl.load_workbook(io.BytesIO(documents[Format.XLSX]))


@pytest.fixture(scope="module")
def page(documents: dict[Format, bytes]) -> str:
    return documents[Format.HTML].decode()


def parts(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Every file inside an office document."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        yield from ((name, archive.read(name)) for name in archive.namelist())


@pytest.mark.parametrize("form", FORMS)
def test_the_same_paper_gives_the_same_bytes(form: Format) -> None:
    assert render(busy(20), form) == render(busy(20), form)


@pytest.mark.parametrize("form", FORMS)
def test_a_paper_with_nothing_in_it_is_a_document_all_the_same(form: Format) -> None:
    assert len(render(bare(), form)) > 1000


@pytest.mark.parametrize("form", FORMS)
def test_a_title_longer_than_a_property_may_be_is_no_hindrance(form: Format) -> None:
    """A month sealed under such a title could be written no more."""
    assert (
        len(render(replace(bare(), title="监督月报" * 80, organisation="示例县供电公司" * 40), form)) > 1000
    )


@pytest.mark.parametrize("form", [Format.DOCX, Format.XLSX])
def test_office_documents_are_whole_and_dated_alike(documents: dict[Format, bytes], form: Format) -> None:
    with zipfile.ZipFile(io.BytesIO(documents[form])) as archive:
        assert len({each.date_time for each in archive.infolist()}) == 1
    for name, content in parts(documents[form]):
        if name.endswith((".xml", ".rels")):
            assert parse_xml(content) is not None


# --- the page -------------------------------------------------------------------------------------------


def test_the_page_loads_nothing(page: str) -> None:
    text = page.replace('xmlns="http://www.w3.org/2000/svg"', "").replace("https://example.invalid/", "")
    for loader in ("http:", "https:", "src=", "<link", "<script", "@import", "url("):
        assert loader not in text, loader


def test_the_page_lists_two_hundred_rows_and_says_where_the_others_are(page: str) -> None:
    assert page.count('<td class="text whole">YK2026') == MOST_ROWS + 17
    assert f"共 {LATE:,} 行，此处列出前 {MOST_ROWS} 行，其余见同一报告的 XLSX 工作簿“归档未达标”表。" in page


def test_every_chapter_is_in_the_contents_and_every_link_leads_somewhere(page: str, paper: Paper) -> None:
    links = re.findall(r'href="#([^"]+)"', page)
    assert len(links) == len(paper.sections) + 1
    assert all(f'id="{link}"' in page for link in links)


def test_a_grouped_value_stands_once_and_a_level_has_its_colour(page: str) -> None:
    assert page.count('<td class="text">地方</td>') == 1 + sum(at % 2 == 0 for at in range(MOST_ROWS)) + 9
    assert page.count('<span class="dot red"></span>红') == 1


# --- the official document ------------------------------------------------------------------------------


def test_the_page_of_the_official_document_is_that_of_the_standard(word: Any) -> None:
    """GB/T 9704-2012, 5.2: head 37 mm, binding edge 28 mm, text 156 × 225 mm, 22 lines."""
    first, last = word.sections[0], word.sections[-1]
    millimetres = [
        round(length.mm)
        for length in (first.top_margin, first.left_margin, first.right_margin, first.bottom_margin)
    ]
    assert millimetres == [37, 28, 26, 35]
    assert (round(first.page_width.mm), round(first.page_height.mm)) == (210, 297)
    assert (round(last.page_width.mm), round(last.page_height.mm)) == (297, 210)
    xml = word.element.xml
    assert 22 * 28.95 <= 225 / 25.4 * 72
    assert 'w:docGrid w:type="lines" w:linePitch="579"' in xml
    assert 'w:line="579" w:lineRule="exact"' in xml


def test_every_word_names_its_east_asian_typeface(word: Any) -> None:
    runs = list(
        word.element.body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}rFonts")
    )
    named = {
        each.get("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}eastAsia") for each in runs
    }
    assert named == {"方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"}


def test_the_mark_is_red_and_the_number_stands_under_it(word: Any, paper: Paper) -> None:
    mark, number, title = word.paragraphs[:3]
    assert mark.text == paper.organisation
    assert str(mark.runs[0].font.color.rgb) == "E60012"
    assert number.text == paper.number
    assert 'w:color="E60012"' in number._p.xml
    assert title.text.replace("\n", "") == paper.title


def test_heads_are_repeated_and_no_row_is_broken(word: Any) -> None:
    for table in word.tables:
        assert "w:tblHeader" in table.rows[0]._tr.xml
        assert table._tbl.xml.count("<w:cantSplit/>") == len(table._tbl.tr_lst)


def test_lists_stand_behind_the_signature_as_annexes(word: Any, paper: Paper) -> None:
    texts = [each.text for each in word.paragraphs]
    behind = annexes(outline(paper))
    assert [item.part.title for item in behind] == ["在途超期明细", "归档未达标明细"]
    # The text tells the number of the table, and so does the annex: else 表7 would be followed by 表9.
    assert f"归档未达标明细共{LATE:,}行，见附件2（{behind[1].number}）。" in texts
    assert texts[texts.index("附件2") + 2] == behind[1].number
    signed = texts.index("2026年11月3日")
    assert texts.index("附件：1.在途超期明细") < signed < texts.index("附件1") < texts.index("附件2")
    assert len(word.tables[-1].rows) == MOST_ROWS + 1


@pytest.mark.parametrize("form", [Format.DOCX, Format.PDF])
def test_a_single_annex_has_no_number(form: Format) -> None:
    """GB/T 9704-2012, 7.3.4: numbered where there are several."""
    table = Table("表", "名单", (Column("申请编号"),), (("A1",),), listing=True)
    told = texts_of(form, replace(bare(), sections=(Section("one", "一", (), (table,)),)))
    assert "附件：名单" in told
    assert "见附件（表1）" in told
    assert "附件1" not in told


def test_a_figure_that_fits_is_one_word_in_the_pdf() -> None:
    """With places to part it in, nobody who looks for 60.00% would find it."""
    shares = tuple((f"项目{at}", 0.6, 1.0, "10／11", "没有" * 20) for at in range(9))
    columns = (
        Column("项目"),
        Column("权重", "share"),
        Column("得分率", "share"),
        Column("基数"),
        Column("原因"),
    )
    table = Table("表", "题", columns, shares)
    told = source(replace(bare(), sections=(Section("one", "一", (), (table,)),)))
    assert "60.00%" in told
    assert "100.00%" in told
    assert "\u200b".join("A" * 60) in broken("A" * 60, 28)


def test_page_numbers_stand_outside(word: Any) -> None:
    section = word.sections[0]
    assert word.settings.odd_and_even_pages_header_footer
    assert [footer.paragraphs[0].text for footer in (section.footer, section.even_page_footer)] == [
        "— 1 —"
    ] * 2
    assert [
        'w:jc w:val="right"' in section.footer._element.xml,
        'w:jc w:val="left"' in section.even_page_footer._element.xml,
    ] == [True, True]


def test_the_official_document_knows_its_title_author_and_day(word: Any, paper: Paper) -> None:
    known = word.core_properties
    assert (known.title, known.author) == (paper.title, paper.organisation)
    assert known.created.isoformat() == "2026-11-03T01:00:00+00:00"  # 09:00 in Shanghai


def test_the_last_of_the_text_stays_with_the_signatures(word: Any) -> None:
    lines = [each for each in word.paragraphs if each.text.startswith(("附件：", "　　　"))]
    assert lines
    assert all(each.paragraph_format.keep_with_next for each in lines)


def test_what_people_type_arrives_in_the_official_document(word: Any) -> None:
    typed = {cell.text for table in word.tables for row in table.rows[:20] for cell in row.cells}
    assert set(NASTY) <= typed


def test_the_pdf_has_its_papers_date_and_seal_and_links_nowhere(
    documents: dict[Format, bytes], paper: Paper
) -> None:
    content = documents[Format.PDF]
    assert content.startswith(b"%PDF-1.7")
    assert b"D:20261103010000Z" in content
    assert paper.seal.encode() in content
    assert b"/URI" not in content  # a typed address is no link


# --- the workbook ---------------------------------------------------------------------------------------


def test_each_table_has_a_sheet_and_the_overview_comes_first(sheets: Any, paper: Paper) -> None:
    assert sheets.sheetnames == ["概览", "图表", *(table.name for table in paper.tables()), "图表数据"]
    assert len(sheets["图表"]._charts) == len(list(paper.charts()))


def test_sheets_are_frozen_filtered_and_print_their_heads(sheets: Any, paper: Paper) -> None:
    for table in paper.tables():
        sheet = sheets[table.name]
        assert (sheet.freeze_panes, sheet.print_title_rows) == ("A2", "$1:$1")
        last = max(len(table.rows) - table.total, 1) + 1
        assert sheet.auto_filter.ref.endswith(str(last))  # a total stays below when rows are sorted


def test_a_year_that_begins_the_title_is_not_taken_for_the_headers_size() -> None:
    told = openpyxl.load_workbook(io.BytesIO(render(replace(bare(), title="2026年月报"), Format.XLSX)))
    headers = [sheet.oddHeader.left for sheet in told.worksheets]
    assert {(each.text.strip(), each.size) for each in headers} == {("2026年月报", 9)}


def test_a_printed_sheet_says_which_table_it_is(sheets: Any, paper: Paper) -> None:
    found = {item.part.title: item for chapter in outline(paper) for item in chapter.items}
    for table in paper.tables():
        headers = sheets[table.name].HeaderFooter
        assert headers.oddHeader.right.text.strip() == found[table.title].caption
        assert headers.scaleWithDoc is False


def test_a_column_is_no_wider_than_its_cells_ask_for() -> None:
    """Or a list of twelve columns is printed too small to be read."""
    columns = (Column("编号", width=12), Column("原因（答复）", width=30), Column("经过", width=30))
    table = Table("表", "题", columns, (("A1", None, "很长的经过" * 9),))
    told = replace(bare(), sections=(Section("one", "一", (), (table,)),))
    sheet = openpyxl.load_workbook(io.BytesIO(render(told, Format.XLSX)))["表"]
    wide = [sheet.column_dimensions[letter].width for letter in "ABC"]
    assert [round(each) for each in wide] == [11, 15, 63]


@pytest.mark.parametrize(("rows", "pages"), [(28, None), (80, 0)])  # the file tells nought, and not one
def test_a_sheet_a_little_higher_than_a_page_is_printed_on_one(rows: int, pages: int | None) -> None:
    table = Table("表", "题", (Column("编号"),), tuple((f"A{at}",) for at in range(rows)), note="说明。")
    told = replace(bare(), sections=(Section("one", "一", (), (table,)),))
    sheet = openpyxl.load_workbook(io.BytesIO(render(told, Format.XLSX)))["表"]
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, pages)


def test_figures_behind_charts_are_written_as_figures(sheets: Any) -> None:
    told = sheets["图表数据"]
    forms = {
        cell.number_format for row in told.iter_rows() for cell in row if cell.data_type == "n" and cell.value
    }
    assert forms
    assert "General" not in forms


def test_a_date_that_came_as_text_is_a_date() -> None:
    columns = (Column("应于", "date"), Column("发现", "instant"))
    table = Table("期", "题", columns, (("2026-10-19", "2026-10-12 09:00"), (None, "未知")))
    told = replace(bare(), sections=(Section("one", "一", (), (table,)),))
    rows = openpyxl.load_workbook(io.BytesIO(render(told, Format.XLSX)))["期"]
    assert (rows["A2"].is_date, rows["B2"].is_date, rows["A3"].value, rows["B3"].value) == (
        True,
        True,
        "—",
        "未知",
    )


def test_values_are_typed_and_what_people_type_stays_text(sheets: Any) -> None:
    late = sheets["归档未达标"]
    assert late.max_row >= LATE + 1
    assert (late["H2"].data_type, late["J3"].is_date) == ("n", True)
    managers = [row[0] for row in sheets["客户经理"].iter_rows(min_row=2, max_row=1 + len(PERSONS))]
    assert [cell.value for cell in managers] == list(PERSONS)
    assert {cell.data_type for cell in managers} == {"s"}
    assert not any(cell.hyperlink for cell in managers)


def test_the_overview_says_what_the_paper_says_and_leads_to_the_sheets(sheets: Any, paper: Paper) -> None:
    overview = sheets["概览"]
    told = {str(cell.value) for row in overview.iter_rows() for cell in row if cell.value is not None}
    assert {paper.title, *paper.sections[0].paragraphs, *(key.value for key in paper.keys)} <= told
    targets = [cell.hyperlink.location for row in overview.iter_rows() for cell in row if cell.hyperlink]
    assert targets == [f"'{table.name}'!A1" for table in paper.tables()]


def test_a_gap_in_a_chart_is_an_empty_cell(sheets: Any) -> None:
    rows: dict[Any, Any] = {}
    for row in sheets["图表数据"].iter_rows(values_only=True):
        rows.setdefault(row[0], row[1])
    assert (rows["4月"], rows["大王庄供电所（无数据）"], rows["北关供电所"]) == (None, None, 0)


def test_a_gap_in_a_chart_is_not_kept_as_a_nought(documents: dict[Format, bytes]) -> None:
    """What viewers show that do not look at the cells: twelve months, one of them without a figure."""
    charts = dict(parts(documents[Format.XLSX]))
    kept = re.search(r"<c:numCache>.*?</c:numCache>", charts["xl/charts/chart2.xml"].decode())
    assert kept is not None
    assert 'ptCount val="12"' in kept[0]
    assert re.findall(r'idx="(\d+)"', kept[0]) == [str(at) for at in range(12) if at != 3]


# --- the public edition ---------------------------------------------------------------------------------


def texts_of(form: Format, paper: Paper) -> str:
    """Everything a document holds, its hidden parts too; of a PDF, whose words are packed, what it is made of."""
    if form is Format.PDF:
        return source(paper).replace("\u200b", "")
    content = render(paper, form)
    if form is Format.HTML:
        return content.decode()
    return "".join(part.decode("utf-8", "replace") for _, part in parts(content))


@pytest.mark.parametrize("form", FORMS)
def test_nobody_is_named_in_the_public_edition(form: Format) -> None:
    paper = busy(60)
    full, told = texts_of(form, paper), texts_of(form, public_edition(paper))
    for name in [HIDDEN, "李乙样", "YK2026", "示例1有限责任公司"]:
        assert name in full, name
        assert name not in told, name
    assert "公开版" in told


def test_the_public_edition_keeps_every_figure_and_no_row_of_one_application(paper: Paper) -> None:
    public = public_edition(paper)
    assert public.keys == paper.keys
    kept = {table.name: table for table in public.tables()}
    assert "客户经理" not in kept
    for table in paper.tables():
        if not table.personal and not any(column.personal for column in table.columns):
            assert kept[table.name] == table
    late: Table = kept["归档未达标"]
    assert [column.head for column in late.columns] == ["供电所", "时限", "条数"]
    assert sum(row[-1] for row in late.rows if isinstance(row[-1], int)) == LATE
    assert len({row[:-1] for row in late.rows}) == len(late.rows) < LATE
    assert not late.listing
    assert [each.name for each in public.signatures] == [""] * 4


# --- files ----------------------------------------------------------------------------------------------


def test_files_come_whole_and_old_ones_are_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "月报" / "十月"
    forms = [Format.HTML, Format.XLSX]
    written = write_documents(bare(), folder, forms, {"report.json": b"{}"})
    assert written == write_documents(bare(), folder, forms, {"report.json": b"{}"})
    assert sorted(path.name for path in folder.iterdir()) == ["report.html", "report.json", "report.xlsx"]


def test_the_public_edition_has_a_name_of_its_own() -> None:
    assert file_name(public_edition(bare()), Format.PDF) == "report-public.pdf"


def test_a_folder_that_cannot_be_written_is_named_and_last_times_files_stay(tmp_path: Path) -> None:
    folder = tmp_path / "月报"
    (folder / "report.html").mkdir(parents=True)  # a folder stands where the file should go
    (folder / "report.xlsx").write_text("上一次", encoding="utf-8")
    with pytest.raises(FolderNotWritable) as refused:
        write_documents(bare(), folder, [Format.XLSX, Format.HTML])
    assert "report.html" in refused.value.message
    assert (folder / "report.xlsx").read_text(encoding="utf-8") == "上一次"
    assert sorted(path.name for path in folder.iterdir()) == ["report.html", "report.xlsx"]


# --- typefaces ------------------------------------------------------------------------------------------


def test_without_a_chinese_typeface_the_reason_is_told() -> None:
    with pytest.raises(ChineseFontMissing) as refused:
        fonts.choose({"DejaVu Sans", "Liberation Serif"})
    assert "fonts-noto-cjk" in refused.value.message


def test_the_official_typefaces_are_taken_where_they_are_installed() -> None:
    best = fonts.choose({"Noto Serif CJK SC", "FangSong", "SimHei", "KaiTi"})
    assert (best.title, best.text, best.heading, best.second) == (
        "Noto Serif CJK SC",
        "FangSong",
        "SimHei",
        "KaiTi",
    )


def test_this_machine_has_one() -> None:
    assert fonts.typefaces().text in typst.Fonts().families()
